// The carrier `sockjs-client`: the public SockJS client instead of ours, for browsers and proxies that need its iframes.
//
// It listens to `unload`, which keeps the page out of the browser's back/forward cache.

import SockJS from 'sockjs-client';
import { openStomp, STOMP_PATH } from './transports/stomp.js';
import type { Carrier } from './types.js';

/** For `transports`, in the place of `'sockjs'`. */
export const sockJsClientCarrier: Carrier = {
  name: 'sockjs-client',
  open: (request, signal) => openStomp(new SockJS(request.endpoint + STOMP_PATH), request, signal),
};
