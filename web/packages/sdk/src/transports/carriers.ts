// The carriers of the core. Those that are needed only where WebSockets do not get through are loaded when they are.

import type { Carrier, CarrierName } from '../types.js';
import { webSocketCarrier } from './ws.js';

/** All of them, by their names. */
export const carriers: Readonly<Record<CarrierName, Carrier>> = {
  ws: webSocketCarrier,
  sockjs: {
    name: 'sockjs',
    open: async (...args) => (await import('./sockjs.js')).openSockJs(...args),
  },
  http: {
    name: 'http',
    open: async (...args) => (await import('./polling.js')).openPolling(...args),
  },
};
