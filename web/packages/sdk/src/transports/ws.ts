// The carrier `ws`: STOMP over WebSocket.

import { errorOf } from '../errors/from-server.js';
import type { Carrier } from '../types.js';
import { openStomp } from './stomp.js';

/** Path of the server's STOMP endpoint, which is a base path of SockJS too. */
export const STOMP_PATH = '/stomp';

/** STOMP over WebSocket, for `transports` of a client. */
export const webSocketCarrier: Carrier = {
  name: 'ws',
  async open(request, signal) {
    const make = request.runtime.webSocket;
    if (!make) {
      throw errorOf('UNSUPPORTED', 'there is no WebSocket here');
    }
    const url = `${request.endpoint.replace(/^http/, 'ws')}${STOMP_PATH}`;
    const socket = make(url, ['v12.stomp']);
    // What the engine says about failures is only for its own console; the close event follows.
    return openStomp(socket, request, signal);
  },
};
