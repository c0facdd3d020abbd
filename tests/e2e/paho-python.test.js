// The stock Python client `paho-mqtt` over TCP and WebSocket: what it does is in `paho_client.py`.

import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { pythonProgram } from './python.js';
import { WITH_SERVICE } from './service-account.js';

const server = await serverForThisFile({
  streams: ['mqtt'],
  // Wrong passwords must not lock out the account that all scenarios use.
  env: { ...WITH_SERVICE, DESKWIRE__LIMITS__LOGIN_ATTEMPTS: '1000' },
});

const run = pythonProgram('paho_client.py');

/** Scenarios by the versions that have them. */
const SCENARIOS = {
  topics: ['3.1.1', '5'],
  order: ['3.1.1', '5'],
  session: ['3.1.1', '5'],
  will: ['3.1.1', '5'],
  keepalive: ['3.1.1', '5'],
  refusal: ['3.1.1', '5'],
  about: ['5'],
  aliases: ['5'],
  options: ['5'],
  shared: ['5'],
};

const ENDPOINTS = {
  TCP: () => server.stream('mqtt'),
  'WebSocket /websocket': () => server.ws('/websocket'),
  'WebSocket /mqtt': () => server.ws('/mqtt'),
};

// A few side by side: most of each is waiting, or Python starting.
describe('paho-mqtt', { concurrency: 4 }, () => {
  for (const [scenario, versions] of Object.entries(SCENARIOS)) {
    for (const version of versions) {
      for (const [title, url] of Object.entries(ENDPOINTS)) {
        test(`paho-mqtt ${version} over ${title}: ${scenario}`, () => run(scenario, version, url()));
      }
    }
  }
});
