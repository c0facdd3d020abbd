// The link of the carrier `sockjs`: STOMP inside SockJS, for networks that let no WebSocket through.

import type { Link, LinkRequest } from '../types.js';
import { SockJsSocket } from './sockjs-socket.js';
import { openStomp, STOMP_PATH } from './stomp.js';

/** Opens a link by `fetch`. */
export function openSockJs(request: LinkRequest, signal: AbortSignal): Promise<Link> {
  const { endpoint, token, runtime } = request;
  const { fetch, clock } = runtime;
  const socket = new SockJsSocket({ url: endpoint + STOMP_PATH, token, fetch, clock });
  return openStomp(socket, request, signal);
}
