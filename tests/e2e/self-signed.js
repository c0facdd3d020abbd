// A certificate for the TLS listeners of the tests.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A certificate of our own for 127.0.0.1, until the tests of the file are over: `{certificate, key}`, two paths. */
export function selfSigned() {
  const folder = mkdtempSync(join(tmpdir(), 'deskwire-e2e-tls-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => join(folder, name));
  const request = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...keys, '-out', certificate, ...request], { stdio: 'ignore' });
  return { certificate, key };
}
