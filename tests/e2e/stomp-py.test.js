// The stock Python client `stomp.py` over plain TCP and TLS: what it does is in `stomp_py_client.py`.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { pythonProgram } from './python.js';
import { selfSigned } from './self-signed.js';
import { WITH_SERVICE } from './service-account.js';

const tls = selfSigned();
const server = await serverForThisFile({
  streams: ['stomp', 'stomps'],
  env: {
    ...WITH_SERVICE,
    DESKWIRE__TLS__CERTIFICATE: tls.certificate,
    DESKWIRE__TLS__KEY: tls.key,
    DESKWIRE__HEARTBEAT__SEND_MS: '1000',
    DESKWIRE__HEARTBEAT__WANT_MS: '1000',
  },
});

const run = pythonProgram('stomp_py_client.py');

/** Scenarios by the versions that have them: 1.0 knows neither NACK nor heart-beats. */
const SCENARIOS = {
  topics: ['1.0', '1.1', '1.2'],
  queues: ['1.0', '1.1', '1.2'],
  nack: ['1.1', '1.2'],
  transactions: ['1.0', '1.1', '1.2'],
  heartbeats: ['1.1', '1.2'],
  refusal: ['1.0', '1.1', '1.2'],
};

// A few side by side: most of each is waiting, or Python starting.
describe('stomp.py', { concurrency: 4 }, () => {
  for (const [scenario, versions] of Object.entries(SCENARIOS)) {
    for (const version of versions) {
      test(`stomp.py ${version} over TCP: ${scenario}`, () => run(scenario, version, server.stream('stomp')));
    }
  }

  for (const scenario of ['topics', 'queues', 'heartbeats']) {
    test(`stomp.py 1.2 over TLS: ${scenario}`, () => run(scenario, '1.2', server.stream('stomps'), tls.certificate));
  }
});

test('stomp.py does not speak plain STOMP to the TLS listener', async () => {
  await assert.rejects(run('topics', '1.2', server.stream('stomps').replace('stomps', 'stomp')));
});
