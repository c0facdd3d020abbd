// The stock Python client `stomp.py` over plain TCP and TLS: what it does is in `stomp_py_client.py`.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { WITH_SERVICE } from './service-account.js';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The interpreter of the virtual environment that `make setup-python` makes. */
const python = process.env.DESKWIRE_E2E_PYTHON ?? file('../../target/e2e-python/bin/python');
if (!existsSync(python)) {
  throw new Error(`no Python with stomp.py at ${python}: run \`make setup-python\` or set DESKWIRE_E2E_PYTHON`);
}

/** A certificate of our own for 127.0.0.1: `{certificate, key}`, two paths. */
function selfSigned() {
  const folder = mkdtempSync(join(tmpdir(), 'deskwire-e2e-tls-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => join(folder, name));
  const request = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...keys, '-out', certificate, ...request], { stdio: 'ignore' });
  return { certificate, key };
}

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

/** Runs one scenario; rejects with what Python printed. */
const run = (...args) =>
  new Promise((resolve, reject) => {
    execFile(python, [file('stomp_py_client.py'), ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      error ? reject(new Error(`${stdout}${stderr}` || error.message)) : resolve();
    });
  });

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
