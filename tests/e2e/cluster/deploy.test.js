// The deploy files are right as far as a machine without containers can tell: they can be read, they name settings that exist,
// and they agree with each other and with the server.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { binary, Server } from '../harness.js';
import { missing } from './daemon.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DEPLOY = join(ROOT, 'deploy');

const execute = promisify(execFile);
const read = (...path) => readFile(join(DEPLOY, ...path), 'utf8');
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** All files of the folder, by their path in it. */
async function files() {
  const found = await readdir(DEPLOY, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile() && entry.name !== '.env').map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** The objects of a file with several documents. */
const documents = async (...path) =>
  parseAllDocuments(await read(...path))
    .map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS();
    })
    .filter(Boolean);

test('the balancer takes its configuration', { skip: missing('haproxy') }, async () => {
  const { stderr } = await execute('haproxy', ['-c', '-f', join(DEPLOY, 'haproxy/haproxy.cfg')]);
  const warnings = stderr.split('\n').filter((line) => /WARNING|ALERT/.test(line) && !/could not resolve address/.test(line));
  assert.deepEqual(warnings, []);
});

test('every setting that is named exists', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'deskwire-settings-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const names = new Set();
  for (const file of await files()) {
    for (const [name] of (await readFile(file, 'utf8')).matchAll(/\bDESKWIRE__[A-Z0-9_]+[A-Z0-9]\b/g)) {
      names.add(name);
    }
  }
  names.delete('DESKWIRE__SECTION__KEY');
  assert.ok(names.size >= 10, `only ${[...names]}`);
  const reference = await readFile(join(ROOT, 'docs/configuration.md'), 'utf8');
  for (const name of names) {
    const [, section, key] = name.toLowerCase().split('__');
    const at = reference.indexOf(`## \`[${section}]\``);
    assert.notEqual(at, -1, `${name}: no section ${section}`);
    const end = reference.indexOf('\n## ', at + 1);
    assert.match(reference.slice(at, end === -1 ? undefined : end), new RegExp(`\`${key}\``), `${name} is not in the reference`);
  }
});

/** What a file says is accepted by the server itself. */
async function accepts(settings) {
  const env = { PATH: process.env.PATH, ...settings };
  const { status, stderr } = spawnSync(binary(), ['config', 'check'], { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

test('the nodes of the compose file are alike and can be reached by the balancer', async () => {
  const { services, volumes } = parse(await read('compose/compose.yaml'), { merge: true });
  const balanced = [...(await read('haproxy/haproxy.cfg')).matchAll(/^ +server (n\d) (n\d):(\d+)/gm)];
  const nodes = [...new Set(balanced.map(([, name]) => name))];
  assert.deepEqual(nodes, ['n1', 'n2', 'n3']);
  assert.ok(balanced.every(([, name, host]) => name === host));
  for (const name of nodes) {
    const { environment, volumes: mounts, ...rest } = services[name];
    const { environment: ofFirst, volumes: _mounts, ...restOfFirst } = services.n1;
    assert.deepEqual(rest, restOfFirst);
    assert.deepEqual(environment, { ...ofFirst, DESKWIRE__CLUSTER__NODE: name });
    assert.ok(mounts.some(({ source, target }) => source === name && target === '/var/lib/deskwire'));
    await accepts(filled(environment));
  }
  const used = Object.values(services).flatMap((service) => service.volumes ?? []).filter(({ type }) => type === 'volume');
  assert.deepEqual(used.map(({ source }) => source).sort(), Object.keys(volumes).sort());
  const exposed = [...(await read('docker/Dockerfile')).matchAll(/^EXPOSE (.*)$/gm)][0][1].split(' ').sort();
  assert.deepEqual([...new Set(balanced.map(([, , , port]) => port))].sort(), exposed);
});

/** Settings with what the file of secrets would give. */
const filled = (settings) =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      String(value).replace(/\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}/g, (_all, _name, usual) => usual ?? 'secret'),
    ]),
  );

test('the secrets that the compose file asks for are made once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'deskwire-secrets-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const script = join(folder, 'make-secrets.sh');
  await copyFile(join(DEPLOY, 'compose/make-secrets.sh'), script);
  await chmod(script, 0o755);
  await execute(script);
  const env = join(folder, '.env');
  const words = await readFile(env, 'utf8');
  assert.equal((await stat(env)).mode & 0o077, 0, "it is nobody else's");
  const made = words.trim().split('\n').map((line) => line.split('='));
  assert.ok(made.every(([, word]) => /^[0-9a-f]{48}$/.test(word)));
  assert.equal(new Set(made.map(([, word]) => word)).size, made.length);
  const asked = new Set([...(await read('compose/compose.yaml')).matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
  assert.deepEqual(made.map(([name]) => name).sort(), [...asked].sort());
  await execute(script);
  assert.equal(await readFile(env, 'utf8'), words);
});

test('the nodes in Kubernetes are told of settings, keys and ports that exist', async () => {
  const objects = [...(await documents('kubernetes/settings.yaml')), ...(await documents('kubernetes/deskwire.yaml'))];
  const of = (kind, name = 'deskwire') => objects.find((object) => object.kind === kind && object.metadata.name === name);
  await accepts({ ...of('ConfigMap').data, ...of('Secret').stringData, DESKWIRE__CLUSTER__NODE: 'deskwire-0' });
  const { template, serviceName, selector } = of('StatefulSet').spec;
  const [container] = template.spec.containers;
  const ports = container.ports.map(({ name }) => name);
  for (const service of [of('Service'), of('Service', serviceName)]) {
    assert.deepEqual(service.spec.selector, template.metadata.labels);
    assert.ok(service.spec.ports.every(({ targetPort }) => ports.includes(targetPort)));
  }
  assert.deepEqual(selector.matchLabels, template.metadata.labels);
  assert.deepEqual(of('PodDisruptionBudget').spec.selector.matchLabels, template.metadata.labels);
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe].httpGet.path);
  assert.deepEqual(probes, ['/healthz', '/healthz', '/readyz']);
  const draining = Number(of('ConfigMap').data.DESKWIRE__LIMITS__DRAIN_MS) / 1000;
  const leaving = Number(container.lifecycle.preStop.exec.command[1]);
  assert.ok(template.spec.terminationGracePeriodSeconds >= draining + leaving + 10, 'there is time for a clean end');
});

test('systemd takes the unit', { skip: !has('systemd-analyze') && 'not installed: systemd-analyze' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'deskwire-unit-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const unit = join(folder, 'deskwire.service');
  // The program is not where the unit expects it.
  await writeFile(unit, (await read('systemd/deskwire.service')).replaceAll('/usr/local/bin/deskwire', process.execPath));
  const { stderr } = await execute('systemd-analyze', ['verify', '--man=no', unit], { env: { ...process.env, LC_ALL: 'C' } });
  assert.deepEqual(stderr.split('\n').filter((line) => line.includes('deskwire.service')), []);
});

test('the health check of the image knows a server that is well from one that is not', async (t) => {
  const text = await read('docker/Dockerfile');
  const [, line] = text.match(/HEALTHCHECK [^\n]*\\\n +CMD (\[.*\])\n/);
  const [program, ...rest] = JSON.parse(line);
  const server = await Server.start();
  t.after(() => server.stop());
  assert.equal(program, 'deskwire');
  const here = rest.map((part) => (part === '/var/lib/deskwire' ? server.data : part));
  const ask = () => spawnSync(binary(), here, { encoding: 'utf8', timeout: 10_000 });
  const { status, stderr } = ask();
  assert.equal(status, 0, stderr);
  await server.kill();
  assert.notEqual(ask().status, 0);
});
