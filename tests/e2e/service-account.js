// The service account of the tests: it may speak and listen on all live topics.

import { RawStomp } from './raw-stomp.js';

/** What a server needs in its environment to know the account. */
export const WITH_SERVICE = { DESKWIRE_SERVICE_ACCOUNT: 'robot:robot-secret' };

/** The headers of its CONNECT. */
export const SERVICE = { login: 'robot', passcode: 'robot-secret' };

/**
 * A raw STOMP connection of the account, CONNECTED, that ends with the test.
 *
 * @param {{version?: string, headers?: Record<string, string>, carrier?: object}} options of STOMP 1.2 or else;
 *   further headers of CONNECT; what to speak over instead of a WebSocket.
 */
export async function rawService(t, server, { version = '1.2', headers = {}, carrier } = {}) {
  const raw = carrier ? new RawStomp(carrier) : await RawStomp.open(server);
  t.after(() => raw.destroy());
  raw.connected = await raw.connect({ 'accept-version': version, ...SERVICE, ...headers });
  return raw;
}
