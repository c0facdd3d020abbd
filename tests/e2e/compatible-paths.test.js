// Paths that clients of Bytedesk call, beyond those of the stories: where things are, opening a conversation, closing a
// workgroup, reading one conversation.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { newVisitor, requestThread, sendByHttp, textFrom } from './conversations.js';
import { get, newTeam, post, visitorAt, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';

const server = await serverForThisFile({ env: WITH_ADMIN });

test('the properties say where clients connect, and nothing secret', async (t) => {
  const properties = await call(server.url, '/config/bytedesk/properties');
  const { custom } = properties;
  assert.deepEqual(
    [custom.apiUrl, custom.mqttWebsocketUrl, custom.stompWebsocketUrl, custom.sockjsUrl],
    [server.url, server.ws('/websocket'), server.ws('/stomp'), `${server.url}/sockjs`],
  );
  assert.doesNotMatch(JSON.stringify(properties), /licen[sc]e|secret|password"|token/i);
  const { ann } = await newTeam(server, ['ann']);
  const { origin, pathname } = new URL(custom.mqttWebsocketUrl.replace('ws', 'http'));
  const peer = await MqttPeer.asAgent(server, ann, { endpoint: origin, path: pathname });
  t.after(() => peer.disconnect());
  const forwarded = await fetch(`${server.url}/config/bytedesk/properties`, {
    headers: { 'x-forwarded-proto': 'https', origin: 'https://shop.example' },
  });
  assert.equal(forwarded.headers.get('access-control-allow-origin'), 'https://shop.example');
  assert.match((await forwarded.json()).data.custom.mqttWebsocketUrl, /^wss:.*\/websocket$/);
});

test('an agent opens its own conversation with a visitor', async () => {
  const { ann, bob } = await newTeam(server, ['ann', 'bob']);
  const visitor = await newVisitor(server);
  const create = (person, body) => post(server, person, '/api/v1/thread/create', body);
  const topic = `org/agent/${ann.uid}/${visitor.uid}`;
  const opened = await create(ann, { topic, type: 'AGENT', user: { uid: visitor.uid } });
  assert.deepEqual([opened.topic, opened.status], [topic, 'NEW']);
  for (const body of [{ visitorUid: visitor.uid }, { user: { uid: visitor.uid } }, { topic: topic.replaceAll('/', '.') }]) {
    assert.equal((await create(ann, body)).uid, opened.uid, 'there is one');
  }
  const { thread } = await requestThread(server, visitor, { sid: ann.uid });
  assert.equal(thread.uid, opened.uid, 'the visitor has the same');
  await assert.rejects(create(bob, { topic }), { error: 'not_yours' });
  await assert.rejects(create(ann, { visitorUid: 'nobody' }), { error: 'unknown_visitor' });
  await assert.rejects(create(ann, {}), { error: 'invalid_request' });
  assert.equal((await get(server, ann, '/api/v1/thread/query/topic/owner', { topic })).uid, opened.uid);
});

test('an agent takes and ends a conversation by its status', async (t) => {
  const { ann, workgroup } = await newTeam(server, ['ann']);
  const visitor = await visitorAt(server, workgroup, 'Vic');
  assert.equal(visitor.thread.status, 'OFFLINE');
  const peer = await MqttPeer.asAgent(server, ann);
  t.after(() => peer.disconnect());
  const update = (status) => post(server, ann, '/api/v1/thread/update/status', { uid: visitor.thread.uid, status });
  assert.equal((await update('CHATTING')).status, 'CHATTING');
  await assert.rejects(update('QUEUING'), { error: 'invalid_request' });
  assert.equal((await update('CLOSED')).status, 'CLOSED');
});

test('a workgroup that is not available is closed, whatever its hours', async (t) => {
  const { ann, admin, workgroup } = await newTeam(server, ['ann'], { capacity: 5 });
  const peer = await MqttPeer.asAgent(server, ann);
  t.after(() => peer.disconnect());
  const update = (person, status) => post(server, person, '/api/v1/workgroup/update/status', { uid: workgroup, status });
  await assert.rejects(update(ann, 'OFFLINE'), { error: 'not_allowed' });
  await assert.rejects(update(admin, 'SOMETHING'), { error: 'invalid_request' });
  assert.equal((await update(admin, 'OFFLINE')).status, 'OFFLINE');
  const first = await visitorAt(server, workgroup, 'Vic');
  assert.equal(first.opening.type, 'LEAVE_MSG');
  assert.equal(JSON.parse(first.opening.extra).event.reason, 'the service is closed');
  assert.equal((await get(server, ann, '/api/v1/workgroup/query/uid', { uid: workgroup })).status, 'OFFLINE');
  assert.equal((await update(admin, 'AVAILABLE')).status, 'AVAILABLE');
  const second = await visitorAt(server, workgroup, 'Wim');
  assert.equal(second.opening.type, 'WELCOME');
});

test('an agent reads one conversation, and what waits is listed', async (t) => {
  const { ann, workgroup } = await newTeam(server, ['ann']);
  const peer = await MqttPeer.asAgent(server, ann, { clean: true });
  t.after(() => peer.disconnect());
  const [served, waiting] = [await visitorAt(server, workgroup, 'Vic'), await visitorAt(server, workgroup, 'Wim')];
  const queue = await get(server, ann, '/api/v1/queue/query');
  assert.deepEqual(queue.content.map(({ topic }) => topic), [waiting.topic]);
  await sendByHttp(server, served, textFrom(served, served.thread, 'hello'));
  const unread = () => get(server, ann, '/api/v1/message/unread/count');
  assert.equal(await unread(), 1);
  assert.equal(await post(server, ann, `/api/v1/message/thread/${served.thread.uid}/read`, {}), 0);
  assert.equal(await unread(), 0);
  await assert.rejects(post(server, ann, `/api/v1/message/thread/${waiting.thread.uid}x/read`, {}), { error: 'not_yours' });
});

test('a visitor learns where it is seen', async () => {
  assert.equal(await call(server.url, '/visitor/api/v1/ip'), '127.0.0.1');
});
