// The carrier `ws`: STOMP over WebSocket.

import { errorOf } from '../errors/from-server.js';
import type { Carrier } from '../types.js';
import { openStomp, STOMP_PATH } from './stomp.js';

/** STOMP over WebSocket. */
export const webSocketCarrier: Carrier = {
  name: 'ws',
  async open(request, signal) {
    const socket = request.runtime.webSocket?.(request.endpoint.replace(/^http/, 'ws') + STOMP_PATH, [
      'v12.stomp',
    ]);
    if (!socket) {
      throw errorOf('UNSUPPORTED', 'there is no WebSocket here');
    }
    return openStomp(socket, request, signal);
  },
};
