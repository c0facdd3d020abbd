// Who signs out is out, on every protocol and after a crash too; whoever else is signed in stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import WebSocket from 'ws';
import { newVisitor } from './conversations.js';
import { get, logIn, newTeam, post, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { request } from './raw-http.js';
import { newSessionId, SOCKJS, SockJsSocket } from './sockjs-peer.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

const PASSWORD = WITH_ADMIN.DESKWIRE_ADMIN_PASSWORD;
const NEW_PASSWORD = 'another long password';
/** What MQTT 5 says to whom a token does not let in, and to whom it does no more. */
const [BAD_PASSWORD, NOT_AUTHORIZED] = [0x86, 0x87];

const server = await serverForThisFile({ env: WITH_ADMIN });

const signOut = (person) => post(server, person, '/api/v1/user/logout', {});
const profile = (person) => get(server, person, '/api/v1/user/profile');
const byQuery = ({ accessToken }) => `?token=${accessToken}`;
const v5 = { protocolVersion: 5 };

/** The status that a request to begin a WebSocket is answered with. */
const handshake = (path) =>
  new Promise((resolve) => {
    const socket = new WebSocket(server.ws(path));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('open', () => resolve(101));
    socket.once('error', () => {});
  });

/** A token that has ended lets nobody in, whatever way it is shown. */
async function isOut(person) {
  await assert.rejects(profile(person), { status: 401, error: 'token_revoked' });
  await assert.rejects(StompPeer.withToken(server, person), /has ended/);
  const headers = { login: 'x', passcode: person.accessToken };
  await assert.rejects(StompPeer.connect(server, { headers }), /has ended/);
  await assert.rejects(MqttPeer.asAgent(server, person, { device: 'out' }), { code: 4 });
  await assert.rejects(MqttPeer.asAgent(server, person, { device: 'out', ...v5 }), { code: BAD_PASSWORD });
  for (const path of ['/stomp', '/ws/agent', `${SOCKJS}/000/${newSessionId()}/websocket`]) {
    assert.equal(await handshake(`${path}${byQuery(person)}`), 401, path);
  }
  const xhr = await request(server, 'POST', `${SOCKJS}/000/${newSessionId()}/xhr${byQuery(person)}`);
  assert.equal(xhr.status, 401);
}

/** Whoever has a token that holds is let in everywhere. */
async function isIn(person, device = 'in') {
  assert.equal((await profile(person)).uid, person.uid);
  const stomp = await StompPeer.withToken(server, person, { device });
  const mqtt = await MqttPeer.asAgent(server, person, { device });
  await Promise.all([stomp.disconnect(), mqtt.disconnect()]);
}

test('who signs out is out on every protocol, and its other devices stay', async (t) => {
  const { ann: phone } = await newTeam(server, ['ann']);
  const desktop = await logIn(server, phone.uid);
  const lost = {
    stomp: await StompPeer.withToken(server, phone),
    query: await StompPeer.connect(server, { path: `/stomp${byQuery(phone)}` }),
    sockjs: await SockJsSocket.open(server, { query: byQuery(phone) }),
    mqtt: await MqttPeer.asAgent(server, phone, { device: 'phone' }),
    mqtt5: await MqttPeer.asAgent(server, phone, { device: 'phone5', ...v5 }),
  };
  const kept = {
    stomp: await StompPeer.withToken(server, desktop),
    mqtt: await MqttPeer.asAgent(server, desktop, { device: 'desktop' }),
  };
  t.after(() => Promise.all([kept.stomp.disconnect(), kept.mqtt.disconnect()]));

  assert.equal(await signOut(phone), true);
  for (const peer of [lost.stomp, lost.query]) {
    assert.match(await peer.refusal(), /has ended/);
    assert.equal((await peer.closed).code, 1002);
  }
  await soon('MQTT is cut', lost.mqtt.closed);
  await soon('MQTT 5 is cut', lost.mqtt5.closed);
  assert.deepEqual(lost.mqtt5.disconnects.map(({ reasonCode }) => reasonCode), [NOT_AUTHORIZED]);
  // A CONNECT on a socket that was let in before.
  lost.sockjs.text('CONNECT\naccept-version:1.2\nhost:x\n\n\0');
  await until('the ERROR', () => lost.sockjs.frames.some((frame) => frame.includes('error:token_revoked')));
  await isOut(phone);
  await assert.rejects(signOut(phone), { status: 401, error: 'token_revoked' });

  // Those of the other device are alive: they are answered.
  await kept.stomp.subscribe('/user/queue/notify');
  assert.deepEqual(await kept.mqtt.subscribe(`user/${phone.uid}`, { qos: 0 }), [0]);
  await isIn(desktop);
  assert.deepEqual([kept.stomp.errors, kept.mqtt.client.connected], [[], true]);
});

test('who has signed out is out after a crash too', async () => {
  const { ann } = await newTeam(server, ['ann']);
  const other = await logIn(server, ann.uid);
  await signOut(ann);
  await server.kill();
  await server.restart();
  await isOut(ann);
  await isIn(other);
});

test('signing out is for those who have signed in', async () => {
  const visitor = await newVisitor(server);
  await assert.rejects(signOut(visitor), { status: 403, error: 'forbidden' });
  await assert.rejects(signOut({}), { status: 401, error: 'not_signed_in' });
});

test('a client that has kept its token asks whose it is', async () => {
  const { ann } = await newTeam(server, ['ann']);
  const resume = ({ accessToken }) => call(server.url, '/auth/v1/login/accessToken', { body: { accessToken } });
  const resumed = await resume(ann);
  assert.deepEqual([resumed.accessToken, resumed.user.uid], [ann.accessToken, ann.uid]);
  await signOut(ann);
  await assert.rejects(resume(ann), { status: 401, error: 'token_revoked' });
});

test('a new password ends all other tokens, and not those that come after it', async () => {
  const { ann } = await newTeam(server, ['ann']);
  const other = await logIn(server, ann.uid);
  const [own, theirs] = [await StompPeer.withToken(server, ann), await StompPeer.withToken(server, other)];
  await post(server, ann, '/api/v1/user/change/password', { oldPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const body = { username: ann.uid, password: NEW_PASSWORD };
  const fresh = { uid: ann.uid, ...(await call(server.url, '/auth/v1/login', { body })) };
  assert.match(await theirs.refusal(), /another password/);
  await own.subscribe('/user/queue/notify');
  await own.disconnect();
  await server.kill();
  await server.restart();
  await isOut(other);
  await isIn(ann);
  await isIn(fresh, 'fresh');
  await signOut(ann);
  await isOut(ann);
});

test('an administrator ends what an agent is signed in by', async () => {
  const { ann, bob, admin } = await newTeam(server, ['ann', 'bob']);
  const peer = await MqttPeer.asAgent(server, ann, v5);
  const change = (person, path, body) => post(server, person, `/api/v1/agent/update/${path}`, { uid: ann.uid, ...body });
  for (const [path, body] of [['password', { newPassword: NEW_PASSWORD }], ['enabled', { enabled: false }]]) {
    await assert.rejects(change(bob, path, body), { error: 'not_allowed' });
  }
  await isIn(ann);
  await change(admin, 'password', { newPassword: NEW_PASSWORD });
  await soon('MQTT is cut', peer.closed);
  await isOut(ann);
  const signIn = () => call(server.url, '/auth/v1/login', { body: { username: ann.uid, password: NEW_PASSWORD } });
  const again = { uid: ann.uid, ...(await signIn()) };
  await isIn(again, 'again');

  const stomp = await StompPeer.withToken(server, again);
  assert.equal(await change(admin, 'enabled', { enabled: false }), false);
  await stomp.refusal();
  await isOut(again);
  await assert.rejects(signIn(), { error: 'wrong_password' });
  assert.equal((await get(server, bob, '/api/v1/agent/query/uid', { uid: ann.uid })).status, 'OFFLINE');
  await server.kill();
  await server.restart();
  await isOut(again);
  await assert.rejects(signIn(), { error: 'wrong_password' });
  await change(admin, 'enabled', { enabled: true });
  await isIn({ uid: ann.uid, ...(await signIn()) }, 'at last');
  const itself = { uid: admin.uid, enabled: false };
  await assert.rejects(post(server, admin, '/api/v1/agent/update/enabled', itself), { error: 'not_allowed' });
});
