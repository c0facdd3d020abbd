// What those who run the server see and do: how it is, who is connected, the way of a message, its configuration and health;
// and the audit log, which says who did what.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { AGENT, logInAgent, newConversation, sendByHttp, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { pythonProgram } from './python.js';
import { SERVICE, WITH_SERVICE } from './service-account.js';
import { SockJsHttp } from './sockjs-peer.js';
import { RawStomp } from './raw-stomp.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    DESKWIRE_ADMIN_PASSWORD: PASSWORD,
    DESKWIRE__OPS__AUDIT_ENTRIES: '1000',
    DESKWIRE__LIMITS__DRAIN_MS: '4000',
  },
  streams: ['stomp'],
});
const python = pythonProgram('second_organisation.py');

let admin;
let stranger;
const logIn = async (username, password = PASSWORD) =>
  (await call(server.url, '/auth/v1/login', { body: { username, password } })).accessToken;
const get = (path, query, token = admin) => call(server.url, path, { token, query });
const post = (path, body, token = admin) => call(server.url, path, { token, body });
const overview = () => get('/api/v1/ops/overview');
const sessions = (query) => get('/api/v1/ops/session/query', query);
const audit = async (query) => (await get('/api/v1/audit/query', query)).content;
const kick = (connection) => post('/api/v1/ops/session/kick', { connection });

/** The connections of a user. */
const of = async (user) => (await sessions({ user })).content;

before(async () => {
  await python('add', join(server.data, 'deskwire.db'));
  admin = await logIn('admin');
  stranger = await logIn('stranger');
});

test('what is of the whole server is for administrators of the organisation that runs it', async () => {
  const { accessToken } = await logInAgent(server);
  const whole = ['overview', 'session/query', 'config', 'health'].map((name) => `/api/v1/ops/${name}`);
  for (const [token, paths] of [
    [accessToken, [...whole, '/api/v1/ops/trace?uid=x', '/api/v1/audit/query']],
    [stranger, whole],
  ]) {
    for (const path of paths) {
      await assert.rejects(get(path, {}, token), { error: 'forbidden' }, path);
    }
    for (const [name, body] of [
      ['selftest', {}],
      ['session/kick', { connection: 1 }],
    ]) {
      await assert.rejects(post(`/api/v1/ops/${name}`, body, token), { error: 'forbidden' }, name);
    }
  }
  assert.equal((await get('/api/v1/audit/query', {}, stranger)).content[0].action, 'session.kick', 'its own');
});

test('the overview says what there is and how fast it goes', async () => {
  const visitor = await newConversation(server);
  const agent = await logInAgent(server);
  const [peer, mqtt] = [await StompPeer.asVisitor(server, visitor), await MqttPeer.asAgent(server, agent)];
  const raw = await RawStomp.tcp(server.stream('stomp'));
  try {
    const feed = await peer.subscribe(`/topic/${visitor.topic}`);
    const before = await overview();
    for (let number = 0; number < 20; number += 1) {
      await peer.send(visitor.topic, textFrom(visitor, visitor.thread, `word ${number}`));
    }
    await until('all have come', () => feed.received.length >= 20);
    const now = await overview();
    assert.match(now.version, /^\d+\.\d+\.\d+/);
    assert.ok(now.startedAt < now.at && now.store.kind === 'sqlite' && now.store.fileBytes > 0);
    const kinds = now.connections.byKind.map(({ protocol, transport, count }) => `${protocol} ${transport} ${count}`);
    for (const kind of ['stomp websocket 1', 'stomp tcp 1', 'mqtt websocket 1']) {
      assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);
    }
    assert.equal(now.connections.total, 3);
    assert.ok(now.connections.sockets >= 3 && now.connections.most === 100_000);
    for (const stage of ['commit', 'stored', 'delivered']) {
      const { count, p50, p95, p99 } = now.latency[stage];
      assert.ok(count - before.latency[stage].count > 0 && p50 > 0 && p50 <= p95 && p95 <= p99, stage);
    }
    assert.ok(now.latency.delivered.count >= before.latency.delivered.count + 20, 'each delivery is measured');
    assert.equal(now.queues.mostCommits, 4096);
    assert.ok(now.memoryBytes > 1_000_000);
    const course = await until('there are points', async () => {
      const { points } = await overview();
      return points.some(({ received }) => received > 0) && points;
    });
    assert.ok(course.every(({ at }, index) => index === 0 || at > course[index - 1].at));
    const { points } = await get('/api/v1/ops/overview', { after: course.at(-1).at });
    assert.ok(points.every(({ at }) => at > course.at(-1).at), 'only what is new');
    assert.ok((await overview()).rates.received > 0);
  } finally {
    raw.destroy();
    await peer.disconnect();
    await mqtt.disconnect();
  }
});

test('bounds that are hit are told', async () => {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await assert.rejects(logIn('somebody who is not there', 'wrong'));
  }
  const { limits } = await overview();
  const login = limits.find(({ limit }) => limit === 'login');
  assert.ok(login.total > 0 && login.lastMinute > 0, JSON.stringify(limits));
});

test('connections are found by whose they are and how they came', async () => {
  const visitor = await newConversation(server);
  const agent = await logInAgent(server);
  const peers = [
    await StompPeer.asVisitor(server, visitor),
    await StompPeer.withToken(server, agent),
    await MqttPeer.asAgent(server, agent),
  ];
  const polling = new RawStomp(await new SockJsHttp(server).run('xhr'));
  try {
    await polling.connect({ 'accept-version': '1.2', host: 'a', login: visitor.uid });
    await peers[0].subscribe(`/topic/${visitor.topic}`);
    const rows = await of(visitor.uid);
    assert.deepEqual(
      rows.map(({ protocol, transport }) => `${protocol} ${transport}`),
      ['sockjs http', 'stomp websocket'],
      'the newest first',
    );
    const [, row] = rows;
    assert.deepEqual([row.user, row.role, row.address, row.tls], [visitor.uid, 'VISITOR', '127.0.0.1', false]);
    assert.ok(row.answered && row.receivedBytes > 0 && row.sentBytes > 0 && row.since <= Date.now());
    assert.deepEqual(
      row.subscriptions.map(({ topic }) => topic),
      [visitor.topic],
    );
    for (const [query, expected] of [
      [{ protocol: 'mqtt' }, 1],
      [{ user: AGENT }, 2],
      [{ user: AGENT, protocol: 'stomp' }, 1],
      [{ transport: 'http' }, 1],
      [{ transport: 'tcp' }, 0],
      [{ address: '127.0.0.1' }, 4],
      [{ address: '10.1.2.3' }, 0],
      [{ user: 'nobody' }, 0],
    ]) {
      assert.equal((await sessions(query)).content.length, expected, JSON.stringify(query));
    }
    await assert.rejects(sessions({ protocol: 'smoke' }), { error: 'invalid_request' });
    const first = await sessions({ size: 3 });
    const second = await sessions({ size: 3, before: first.next });
    assert.deepEqual([first.content.length, second.content.length, second.next], [3, 1, undefined]);
    assert.equal(first.total, 4);
  } finally {
    polling.destroy();
    await Promise.all(peers.map((peer) => peer.disconnect()));
  }
});

test('who is sent away over STOMP is told why, and stays elsewhere', async () => {
  const agent = await logInAgent(server);
  const visitor = await newConversation(server);
  for (const path of ['/stomp', '/ws/chat']) {
    const stays = await StompPeer.asVisitor(server, visitor);
    const goes = await StompPeer.asVisitor(server, visitor, { path });
    let named;
    goes.client.onStompError = ({ headers }) => (named = headers.error);
    const [newest] = await of(visitor.uid);
    const ended = await kick(newest.connection);
    assert.equal(ended.user, visitor.uid);
    const { code, reason } = await goes.closed;
    assert.deepEqual([code, reason, named], [4501, 'dismissed', 'dismissed'], path);
    await until('it is gone', async () => (await of(visitor.uid)).length === 1);
    await stays.send(visitor.topic, textFrom(visitor, visitor.thread, 'still here'));
    await stays.disconnect();
  }
  const session = new RawStomp(await new SockJsHttp(server).run('xhr_streaming'));
  await session.connect({ 'accept-version': '1.2', host: 'a', Authorization: `Bearer ${agent.accessToken}` });
  const [row] = await of(AGENT);
  await kick(row.connection);
  const error = await session.refusal();
  assert.equal(error.headers.error, 'dismissed');
  assert.equal(await session.closed(), 4501);
  await assert.rejects(kick(row.connection), { error: 'unknown_session' });
});

test('who is sent away over MQTT is told why in the words of its version', async () => {
  const agent = await logInAgent(server);
  for (const protocolVersion of [4, 5]) {
    const properties = protocolVersion === 5 ? { sessionExpiryInterval: 600 } : undefined;
    const options = { protocolVersion, properties, device: `kicked${protocolVersion}` };
    const peer = await MqttPeer.asAgent(server, agent, options);
    const [row] = await of(AGENT);
    await kick(row.connection);
    if (protocolVersion === 5) {
      await peer.closed;
      const [{ reasonCode, properties: told }] = peer.disconnects;
      assert.deepEqual([reasonCode, told.userProperties.error], [0x98, 'dismissed']);
    } else {
      const { message } = await peer.item('the reason', ({ type }) => type === 'ERROR');
      assert.equal(JSON.parse(message.extra).error, 'dismissed');
      await peer.closed;
    }
    const again = await MqttPeer.asAgent(server, agent, options);
    assert.equal(again.connack.sessionPresent, true, 'its session is kept');
    await again.disconnect();
  }
});

test('a message is followed from its sender to its readers', async () => {
  const visitor = await newConversation(server);
  const agent = await logInAgent(server);
  const mobile = await MqttPeer.asAgent(server, agent, { device: 'mobile' });
  const peer = await StompPeer.asVisitor(server, visitor);
  const said = textFrom(visitor, visitor.thread, 'where am I?');
  await peer.send(visitor.topic, said);
  await mobile.message(said.uid);
  await mobile.send({ ...textFrom(agent, visitor.thread, said.uid), type: 'READ' });
  const trace = await until('it was read', async () => {
    const found = await get('/api/v1/ops/trace', { uid: said.uid });
    const reader = found.members.find(({ user }) => user === AGENT);
    return reader?.read && reader.devices.some(({ delivered }) => delivered) && found;
  });
  const [accepted] = trace.accepted;
  const mine = (await of(visitor.uid))[0];
  assert.deepEqual(
    [accepted.user, accepted.protocol, accepted.sessionId, accepted.address],
    [visitor.uid, 'stomp', mine.sessionId, '127.0.0.1'],
  );
  assert.ok(accepted.at <= Date.now() && trace.committedAt >= accepted.at - 1000);
  assert.deepEqual([trace.topic, trace.sender, trace.type], [visitor.topic, visitor.uid, 'TEXT']);
  assert.ok(trace.log > 0 && trace.seq > 0);
  const theirs = (await of(AGENT)).find(({ protocol }) => protocol === 'mqtt');
  assert.deepEqual(
    trace.relayed.filter(({ user }) => user === AGENT).map(({ sessionId, protocol }) => [sessionId, protocol]),
    [[theirs.sessionId, 'mqtt']],
  );
  const reader = trace.members.find(({ user }) => user === AGENT);
  assert.deepEqual(reader.devices, [{ device: theirs.user + '/web/mobile', delivered: true, seq: reader.devices[0].seq }]);
  await peer.disconnect();
  await mobile.disconnect();
  await assert.rejects(get('/api/v1/ops/trace', { uid: said.uid }, stranger), { error: 'unknown_message' });
  await assert.rejects(get('/api/v1/ops/trace', { uid: 'never said' }), { error: 'unknown_message' });
  const byHttp = textFrom(visitor, visitor.thread, 'over HTTP');
  await sendByHttp(server, visitor, byHttp);
  const other = await get('/api/v1/ops/trace', { uid: byHttp.uid, topic: visitor.topic });
  assert.deepEqual([other.accepted[0].protocol, other.accepted[0].sessionId], ['http', null]);

  await server.kill();
  await server.restart();
  const later = await get('/api/v1/ops/trace', { uid: said.uid });
  assert.deepEqual([later.accepted, later.relayed, later.seq], [[], [], trace.seq], 'the store alone remembers');
  assert.ok(later.members.find(({ user }) => user === AGENT).read);
});

test('the configuration is told without its secrets', async () => {
  const { settings, version } = await get('/api/v1/ops/config');
  assert.match(version, /^\d/);
  const setting = (section, key) => settings.find((one) => one.section === section && one.key === key);
  assert.deepEqual(setting('limits', 'drain_ms'), { section: 'limits', key: 'drain_ms', value: 4000, isDefault: false });
  assert.equal(setting('limits', 'commit_batch').isDefault, true);
  const [account] = setting('service_accounts', '').value;
  assert.equal(account.name, SERVICE.login);
  assert.ok(!JSON.stringify(settings).includes(SERVICE.passcode));
});

test('the server says that it is well, and tests itself', async () => {
  const health = await get('/api/v1/ops/health');
  assert.ok(health.ready && health.writeMs > 0);
  assert.deepEqual(
    health.gauges.map(({ name }) => name),
    ['connections', 'commits'],
  );
  const test = await post('/api/v1/ops/selftest', {});
  assert.deepEqual(
    test.steps.map(({ name, passed }) => [name, passed]),
    [
      ['write', true],
      ['read', true],
      ['hub', true],
    ],
  );
  assert.equal(test.passed, true);
});

test('the audit log says who did what, or was refused', async () => {
  const agent = await logInAgent(server);
  const made = await post('/api/v1/agent/create', { username: 'new', password: PASSWORD, nickname: 'New', role: 'AGENT' });
  await post('/api/v1/settings/update', { uid: made.uid, settings: { welcome: 'Hello' } });
  const hook = await post('/api/v1/webhook/create', { url: 'https://example.invalid/hook' });
  await post('/api/v1/webhook/delete', { uid: hook.uid });
  await assert.rejects(post('/api/v1/workgroup/create', { name: 'Mine', agentUids: [] }, agent.accessToken));
  await assert.rejects(logIn('new', 'wrong'), { error: 'wrong_password' });
  const visitor = await newConversation(server);
  await fetch(`${server.url}/api/v1/thread/export?topic=${visitor.topic}`, { headers: { authorization: `Bearer ${admin}` } });
  await post('/api/v1/black/create', { blackUid: visitor.uid, reason: 'noise' });

  const entries = await audit({ size: 20 });
  const line = ({ action, actor, target, outcome }) => [action, actor, target, outcome].join(' ');
  const expected = [
    `block.create df_admin_uid ${visitor.uid} done`,
    `export.conversation df_admin_uid ${visitor.topic} done`,
    'sign_in  new wrong_password',
    `workgroup.create ${AGENT}  not_allowed`,
    `webhook.drop df_admin_uid ${hook.uid} done`,
    `webhook.create df_admin_uid ${hook.uid} done`,
    `settings.change df_admin_uid ${made.uid} done`,
    `agent.create df_admin_uid ${made.uid} done`,
    `sign_in ${AGENT} agent done`,
  ];
  assert.deepEqual(entries.slice(0, expected.length).map(line), expected);
  const [block] = entries;
  assert.deepEqual([block.address, block.details.reason], ['127.0.0.1', 'noise']);
  assert.deepEqual(entries[7].details, { username: 'new', nickname: 'New', role: 'AGENT' });
  assert.ok(!JSON.stringify(entries).includes(PASSWORD) && !JSON.stringify(entries).includes(hook.secret));

  const lines = async (query) => (await audit(query)).map(line);
  assert.deepEqual(await lines({ action: 'webhook', size: 2 }), [expected[4], expected[5]]);
  assert.deepEqual(await lines({ actor: AGENT, done: 'false' }), expected.slice(3, 4).concat(await refusedBefore()));
  const { at } = entries[4];
  assert.ok((await audit({ from: at, size: 100 })).every((entry) => entry.at >= at));
  assert.ok((await audit({ to: at, size: 100 })).every((entry) => entry.at < at));
  const first = await get('/api/v1/audit/query', { size: 3 });
  const second = await get('/api/v1/audit/query', { size: 3, before: first.next });
  assert.deepEqual([...first.content, ...second.content].map(line), expected.slice(0, 6));
  assert.ok(!(await get('/api/v1/audit/query', {}, stranger)).content.some(({ target }) => target === hook.uid));
});

/** What the agent was refused by the tests before. */
async function refusedBefore() {
  const found = await audit({ actor: AGENT, done: 'false', size: 100 });
  return found.slice(1).map(({ action, actor, target, outcome }) => [action, actor, target, outcome].join(' '));
}

test('what is sent again under its key is noted once, and what was done is there after a kill', async () => {
  const again = () =>
    fetch(`${server.url}/api/v1/workgroup/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${admin}`, 'idempotency-key': 'once' },
      body: JSON.stringify({ name: 'Once', agentUids: [] }),
    });
  await again();
  await again();
  await server.kill();
  await server.restart();
  const made = (await audit({ action: 'workgroup.create', size: 100 })).filter(({ details }) => details.name === 'Once');
  assert.equal(made.length, 1);
});
