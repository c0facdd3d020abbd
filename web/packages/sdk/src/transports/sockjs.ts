// The carrier `sockjs`: STOMP inside SockJS, for networks that let no WebSocket through.

import type { Carrier } from '../types.js';
import { SockJsSocket } from './sockjs-socket.js';
import { openStomp } from './stomp.js';
import { STOMP_PATH } from './ws.js';

/** STOMP inside SockJS by `fetch`. */
export const sockJsCarrier: Carrier = {
  name: 'sockjs',
  open(request, signal) {
    const { endpoint, token, runtime } = request;
    const { fetch, clock, random } = runtime;
    const socket = new SockJsSocket({ url: endpoint + STOMP_PATH, token, fetch, clock, random });
    return openStomp(socket, request, signal);
  },
};
