// Keys of programs that administrators make: they let in over HTTP, STOMP and MQTT until they are revoked or over, after a
// crash too, and reach nobody outside of their organisation.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { AGENT, logInAgent, newVisitor, ORG } from './conversations.js';
import { get, logIn, newTeam, post, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { tryPosting } from './notices.js';
import { callPush } from './pushes.js';
import { pythonProgram } from './python.js';
import { WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

/** What MQTT 5 says to whom a key does not let in, and to whom it does no more. */
const [BAD_PASSWORD, NOT_AUTHORIZED] = [0x86, 0x87];
const MOST = 4;

const server = await serverForThisFile({
  env: {
    ...WITH_ADMIN,
    ...WITH_SERVICE,
    DESKWIRE__SERVICE_KEYS__PER_ORGANISATION: String(MOST),
    // What is revoked is shown again and again here.
    DESKWIRE__LIMITS__LOGIN_ATTEMPTS: '1000',
    DESKWIRE__LIMITS__LOGIN_ATTEMPTS_PER_ADDRESS: '10000',
  },
});

let admin;
let stranger;

before(async () => {
  await pythonProgram('second_organisation.py')('add', join(server.data, 'deskwire.db'));
  admin = await logIn(server, 'admin');
  stranger = await logIn(server, 'stranger');
});

const make = (by = admin, body = {}) => post(server, by, '/api/v1/service-key/create', { name: 'ERP', ...body });
const revoke = ({ uid }, by = admin) => post(server, by, '/api/v1/service-key/delete', { uid });
const rename = ({ uid }, by = admin) => post(server, by, '/api/v1/service-key/update/name', { uid, name: 'Shop' });
const all = (by = admin) => get(server, by, '/api/v1/service-key/query');
const own = async (by) => (await all(by)).filter(({ configured }) => !configured);

const stomp = ({ uid, secret }) => StompPeer.connect(server, { headers: { login: uid, passcode: secret } });
const mqtt = ({ uid, secret }, options = {}) =>
  MqttPeer.connect(server, { clientId: 'any', clean: true, username: uid, password: secret, ...options });
const v5 = { protocolVersion: 5 };
const basic = ({ uid, secret }) => `Basic ${Buffer.from(`${uid}:${secret}`).toString('base64')}`;
const notify = ({ uid, secret }, user, headers) =>
  tryPosting(server, { user, title: 'new order' }, { key: `${uid}:${secret}`, headers });
const pushTo = (key, user) =>
  callPush(server, `users/${user}`, { destination: '/queue/notify', payload: 'ring' }, basic(key));

/** A key that is revoked or over lets nobody in, whatever way it is shown. */
async function isOut(key) {
  for (const { status, answer } of [await notify(key, AGENT), await pushTo(key, AGENT)]) {
    assert.deepEqual([status, answer.error], [401, 'not_signed_in']);
  }
  await assert.rejects(stomp(key), /not valid|has expired/);
  await assert.rejects(mqtt(key), { code: 4 });
  await assert.rejects(mqtt(key, v5), { code: BAD_PASSWORD });
}

/** A key that holds lets its holder in everywhere. */
async function isIn(key) {
  for (const { status, answer } of [await notify(key, AGENT), await pushTo(key, AGENT)]) {
    assert.deepEqual([status, answer.code], [200, 200], JSON.stringify(answer));
  }
  const [one, other] = [await stomp(key), await mqtt(key, { clientId: 'in' })];
  await Promise.all([one.disconnect(), other.disconnect()]);
}

test('a key is made, told once, listed, renamed and revoked', async (t) => {
  const made = await make(admin, { name: ' ERP ' });
  t.after(() => revoke(made).catch(() => {}));
  assert.match(made.secret, /^dwsk_[\w-]{43}$/);
  assert.equal(made.secret.slice(0, made.prefix.length), made.prefix);
  const { secret, ...row } = made;
  const { uid, prefix, createdAt } = made;
  assert.deepEqual(row, { uid, name: 'ERP', configured: false, prefix, createdAt, createdBy: admin.uid });
  assert.deepEqual(await all(), [row, { uid: 'robot', name: 'robot', configured: true }]);

  await isIn(made);
  const [used] = await own();
  assert.ok(used.lastUsedAt >= made.createdAt);
  const renamed = await rename(made);
  assert.deepEqual([renamed.name, renamed.secret], ['Shop', undefined]);
  await isIn(made);

  const { content } = await get(server, admin, '/api/v1/audit/query', { action: 'service_key', size: 2 });
  assert.deepEqual(content.map(({ action, target, details }) => [action, target, details]), [
    ['service_key.rename', made.uid, { name: 'Shop' }],
    ['service_key.create', made.uid, { name: ' ERP ' }],
  ]);
  assert.ok(!JSON.stringify(content).includes(secret));
  assert.equal(await revoke(made), true);
  assert.deepEqual(await own(), []);
  await isOut(made);
  for (const again of [revoke, rename]) {
    await assert.rejects(again(made), { error: 'unknown_service_key' });
  }
});

test('what a revoked key has let in is ended at once, and other keys stay', async (t) => {
  const [lost, kept] = [await make(), await make()];
  t.after(() => revoke(kept));
  const peers = { stomp: await stomp(lost), mqtt: await mqtt(lost), mqtt5: await mqtt(lost, { clientId: '5', ...v5 }) };
  const other = await stomp(kept);
  await revoke(lost);
  assert.match(await peers.stomp.refusal(), /has ended/);
  await soon('MQTT is cut', peers.mqtt.closed);
  await soon('MQTT 5 is cut', peers.mqtt5.closed);
  assert.deepEqual(peers.mqtt5.disconnects.map(({ reasonCode }) => reasonCode), [NOT_AUTHORIZED]);
  await isOut(lost);
  await other.settle().catch(() => {});
  await isIn(kept);
});

test('a key holds, and is revoked, over a kill', async (t) => {
  const [lost, kept] = [await make(), await make()];
  t.after(() => revoke(kept));
  await revoke(lost);
  await server.kill();
  await server.restart();
  await isOut(lost);
  await isIn(kept);
  const [row] = await own();
  assert.equal(row.uid, kept.uid);
  // Its use is written down at the latest when the server stops.
  await server.terminate();
  await server.restart();
  assert.deepEqual(await own(), [row]);
});

test('a key that is over lets nobody in, and ends what it has let in', async (t) => {
  for (const expiresAt of [1, Date.now() - 1000]) {
    await assert.rejects(make(admin, { expiresAt }), { error: 'unacceptable_settings' });
  }
  const made = await make(admin, { expiresAt: Date.now() + 4000 });
  t.after(() => revoke(made));
  const [peer, device] = [await stomp(made), await mqtt(made, v5)];
  assert.match(await peer.refusal(), /has ended/);
  await soon('MQTT is cut', device.closed);
  await isOut(made);
  assert.match((await notify(made, AGENT)).answer.message, /has expired/);
  assert.equal((await own())[0].expiresAt, made.expiresAt);
});

test('an answer under an idempotency key is not given again to a revoked key', async () => {
  const made = await make();
  const ask = () => notify(made, AGENT, { 'idempotency-key': 'once' });
  const first = await ask();
  assert.deepEqual(await ask(), first);
  await revoke(made);
  assert.equal((await ask()).status, 401);
});

test('a request under one key makes one key', async (t) => {
  const create = async () => {
    const response = await fetch(`${server.url}/api/v1/service-key/create`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${admin.accessToken}`,
        'idempotency-key': 'one',
      },
      body: JSON.stringify({ name: 'One' }),
    });
    return response.json();
  };
  const { data } = await create();
  t.after(() => revoke(data));
  assert.deepEqual((await create()).data, data);
  await server.kill();
  await server.restart();
  assert.equal((await create()).error, 'taken', 'its secret was told once');
  assert.equal((await own()).length, 1);
});

test('an organisation has so many keys, with names', async (t) => {
  for (const name of ['', '  ', 'x'.repeat(101), 'a\nb']) {
    await assert.rejects(make(admin, { name }), { error: 'unacceptable_settings' });
  }
  const made = await Promise.all(Array.from({ length: MOST }, () => make()));
  t.after(() => Promise.all(made.map((key) => revoke(key))));
  await assert.rejects(make(), { error: 'list_full' });
  await revoke(await make(stranger), stranger);
});

test('keys are for administrators', async () => {
  const { ann, sue } = await newTeam(server, ['ann', 'sue'], { roles: { sue: 'SUPERVISOR' } });
  const made = await make();
  for (const person of [ann, sue]) {
    for (const ask of [() => make(person), () => all(person), () => rename(made, person), () => revoke(made, person)]) {
      await assert.rejects(ask(), { error: 'not_allowed' });
    }
  }
  await assert.rejects(make(await newVisitor(server)), { error: 'forbidden' });
  await revoke(made);
});

test('keys of one organisation are not there for another', async () => {
  const [ours, theirs] = [await make(), await make(stranger)];
  assert.deepEqual((await all(stranger)).map(({ uid }) => uid), [theirs.uid], 'nor are accounts of the configuration');
  for (const change of [revoke, rename]) {
    await assert.rejects(change(ours, stranger), { error: 'unknown_service_key' });
  }

  const agent = await logInAgent(server);
  const listening = await StompPeer.withToken(server, agent);
  const feed = await listening.subscribe('/user/queue/notify', { json: false });
  assert.equal((await pushTo(theirs, agent.uid)).answer.data.sessions, 0, 'as for somebody who is not there');
  const foreign = await notify(theirs, agent.uid);
  assert.equal(foreign.answer.error, 'nobody_meant');
  const sender = await stomp(theirs);
  await sender.publish(`/user/${agent.uid}/queue/notify`, 'ring');
  assert.equal((await pushTo(ours, agent.uid)).answer.data.sessions, 1);
  await until('ours', () => feed.received.length > 0);
  assert.equal(feed.received.length, 1);

  // Live topics and queues: those of the tenant, and no others.
  const broadcast = (key, destination) => callPush(server, 'broadcast', { destination, payload: 'x' }, basic(key));
  const home = await stomp(ours);
  await home.subscribe('/topic/news', { json: false });
  for (const destination of [`/topic/tenant/${ORG}/news`, '/topic/news', '/queue/jobs', `/queue/tenant/${ORG}/jobs`]) {
    assert.equal((await broadcast(theirs, destination)).status, 403, destination);
    assert.equal((await broadcast(ours, destination)).status, 200, destination);
  }
  for (const destination of ['/topic/tenant/other_org/news', '/queue/tenant/other_org/jobs']) {
    assert.equal((await broadcast(ours, destination)).status, 403, destination);
    assert.equal((await broadcast(theirs, destination)).status, 200, destination);
  }
  await sender.subscribe('/topic/tenant.other_org.**', { json: false });
  for (const [key, filter] of [[ours, '/topic/**'], [theirs, '/topic/**'], [ours, '/topic/tenant.other_org.news']]) {
    const peer = await stomp(key);
    await assert.rejects(peer.subscribe(filter, { json: false }), /not allowed/, filter);
  }
  await revoke(theirs, stranger);
  await revoke(ours);
  await listening.disconnect();
});

test('a durable subscription goes with its key', async () => {
  const made = await make();
  const reader = await stomp(made);
  const durable = { json: false, headers: { id: 'reader', durable: 'true', 'auto-delete': 'false' } };
  await reader.subscribe(`/topic/tenant.${ORG}.news`, durable);
  await revoke(made);
  await reader.refusal();
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  await until('it is gone', async () => /^deskwire_durable_subscriptions 0$/m.test(await metrics()));
});

test('accounts of the configuration go on', async () => {
  const robot = { uid: 'robot', secret: 'robot-secret' };
  await isIn(robot);
  await assert.rejects(revoke(robot), { error: 'unknown_service_key' });
  await isIn(robot);
});
