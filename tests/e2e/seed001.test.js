// The agent of the agent documentation: MQTT over WebSocket, protobuf both ways, nothing subscribed by hand.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { encodeMessage, newUid } from 'deskwire-examples/protocol.js';
import mqtt from 'mqtt';
import {
  history,
  logInAgent,
  messageFrom,
  newConversation,
  sendByHttpAsAgent,
  textFrom,
} from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';
import { soon } from './waiting.js';

const server = await serverForThisFile({ listeners: 2 });
let agent;

before(async () => {
  const identity = await logInAgent(server);
  agent = Object.assign(await MqttPeer.asAgent(server, identity), identity);
});

/** A visitor in a new conversation, connected and following it. */
async function visitorOnline(t) {
  const visitor = await newConversation(server);
  const peer = await StompPeer.asVisitor(server, visitor);
  t.after(() => peer.disconnect());
  return { visitor, peer, feed: await peer.follow(visitor.topic) };
}

/** Another device of the agent. */
async function device(t, name, options) {
  const peer = await MqttPeer.asAgent(server, agent, { device: name, ...options });
  t.after(() => peer.client.end(true));
  return peer;
}

/** The texts a device got in a conversation, in order. */
const textsIn = (peer, topic) =>
  peer
    .in(topic)
    .filter(({ message }) => message.type === 'TEXT')
    .map(({ message }) => message.content);

test("the documentation's connect options work as they are, on each listener", async (t) => {
  for (const [index, url] of server.urls.entries()) {
    const client = mqtt.connect(url.replace('http', 'ws'), {
      keepalive: 30,
      clientId: `${agent.uid}/web/device_unique_id_longer_than_23_characters_${index}`,
      username: 'agent',
      password: agent.accessToken,
      clean: false,
      path: '/websocket',
      reconnectPeriod: 5000,
      connectTimeout: 30000,
      reschedulePings: true,
      rejectUnauthorized: false,
    });
    t.after(() => client.end(true));
    const connack = await soon('connect', new Promise((resolve, reject) => {
      client.once('connect', resolve);
      client.once('error', reject);
    }));
    assert.equal(connack.sessionPresent, false);
    assert.equal(client.stream.socket?.protocol ?? 'mqtt', 'mqtt');
  }
});

test('a visitor is heard without SUBSCRIBE, in protobuf, with QoS 1, on the topic of the conversation', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const hello = textFrom(visitor, visitor.thread, 'hello');
  await peer.send(visitor.topic, hello);
  const { message, packet, topic, seq } = await agent.item('hello', ({ uid }) => uid === hello.uid);
  assert.equal(topic, `org/agent/${agent.uid}/${visitor.uid}`);
  assert.deepEqual([packet.qos, packet.retain], [1, false]);
  assert.equal(message.type, 'TEXT');
  assert.equal(message.content, 'hello');
  assert.equal(message.status, 'SUCCESS');
  assert.match(message.createdAt, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.equal(message.user.uid, visitor.uid);
  assert.deepEqual([message.thread.uid, message.thread.topic], [visitor.thread.uid, visitor.topic]);
  assert.ok(message.thread.status, 'field 4 of the thread is filled');
  assert.ok(seq > 0 && message.timestamp > 0, 'seq and timestamp are there');
});

for (const qos of [0, 1, 2]) {
  test(`protobuf published with QoS ${qos} reaches the visitor and comes back as echo`, async (t) => {
    const { visitor, feed } = await visitorOnline(t);
    const sent = textFrom(agent, visitor.thread, `quality ${qos}`);
    await agent.send(sent, { qos });
    const got = await feed.message(sent.uid);
    assert.deepEqual([got.content, got.user.uid, got.status], [`quality ${qos}`, agent.uid, 'SUCCESS']);
    assert.equal((await agent.message(sent.uid)).status, 'SUCCESS');
  });
}

test('the PUBACK leaves after the commit: what is acknowledged is in the history', async (t) => {
  const { visitor } = await visitorOnline(t);
  const sent = textFrom(agent, visitor.thread, 'committed');
  await agent.send(sent);
  assert.ok((await history(server, visitor)).some((row) => row.uid === sent.uid));
});

test('JSON is accepted where protobuf is', async (t) => {
  const { visitor, feed } = await visitorOnline(t);
  const sent = textFrom(agent, visitor.thread, 'as JSON');
  await agent.publish(visitor.topic, JSON.stringify(sent));
  assert.equal((await feed.message(sent.uid)).content, 'as JSON');
  assert.equal((await agent.message(sent.uid)).content, 'as JSON', 'the echo is protobuf all the same');
});

test('the old layout of the thread, extra in field 6, is understood', async (t) => {
  const { visitor, feed } = await visitorOnline(t);
  const thread = { ...visitor.thread, channel: JSON.stringify({ closed: false }), extra: undefined };
  const sent = textFrom(agent, thread, 'from an old desktop');
  await agent.send(sent);
  assert.equal((await feed.message(sent.uid)).content, 'from an old desktop');
});

test('rich types arrive as they were written', async (t) => {
  const { visitor, feed } = await visitorOnline(t);
  const content = JSON.stringify({ url: 'http://127.0.0.1/a.png', type: 'IMAGE' });
  const sent = messageFrom(agent, visitor.thread, { type: 'IMAGE', content });
  await agent.send(sent);
  const got = await feed.message(sent.uid);
  assert.equal(got.type, 'IMAGE');
  assert.deepEqual(JSON.parse(got.content), JSON.parse(content));
});

test('a device that was away gets what it missed, in order', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const before = await device(t, 'laptop');
  await before.disconnect();
  const missed = ['one', 'two', 'three'].map((content) => textFrom(visitor, visitor.thread, content));
  for (const message of missed) {
    await peer.send(visitor.topic, message);
  }
  const again = await device(t, 'laptop');
  assert.equal(again.connack.sessionPresent, true);
  await again.message(missed[2].uid);
  assert.deepEqual(textsIn(again, visitor.topic), ['one', 'two', 'three']);
});

test('a device that was cut off gets what it missed', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const before = await device(t, 'train');
  await before.cut();
  const missed = textFrom(visitor, visitor.thread, 'in the tunnel');
  await peer.send(visitor.topic, missed);
  const again = await device(t, 'train');
  await again.message(missed.uid);
});

test('a clean session starts with nothing', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const before = await device(t, 'kiosk', { clean: true });
  await before.disconnect();
  await peer.send(visitor.topic, textFrom(visitor, visitor.thread, 'missed'));
  const again = await device(t, 'kiosk', { clean: true });
  assert.equal(again.connack.sessionPresent, false);
  const live = textFrom(visitor, visitor.thread, 'live');
  await peer.send(visitor.topic, live);
  await again.message(live.uid);
  assert.deepEqual(textsIn(again, visitor.topic), ['live']);
});

test('the same client id takes over', async (t) => {
  const first = await device(t, 'phone');
  const second = await device(t, 'phone');
  await soon('the first connection is closed', first.closed);
  assert.equal(second.connack.sessionPresent, true);
  assert.equal(second.client.connected, true);
});

const refusals = [
  { title: 'a wrong token', code: 4, options: { password: 'not.a.token' } },
  { title: 'no password', code: 4, options: { password: undefined } },
  { title: 'a client id without parts', code: 2, options: { clientId: 'just-a-name' } },
  { title: 'a client id with an empty part', code: 2, options: { clientId: 'df_ag_uid//device' } },
];
for (const { title, code, options } of refusals) {
  test(`${title} is refused with CONNACK ${code}`, async () => {
    await assert.rejects(MqttPeer.asAgent(server, agent, options), (error) => {
      assert.equal(error.code, code);
      return true;
    });
  });
}

test('a token is good for its own user only', async () => {
  await assert.rejects(MqttPeer.asAgent(server, agent, { clientId: 'someone_else/web/device' }), (error) =>
    [2, 4, 5].includes(error.code),
  );
});

test("the documentation's own SUBSCRIBE does no harm", async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const desk = await device(t, 'curious');
  await desk.client.subscribeAsync(`user/${agent.uid}/messages`, { qos: 0 }).catch((refused) => refused);
  const hello = textFrom(visitor, visitor.thread, 'hello');
  await peer.send(visitor.topic, hello);
  await desk.message(hello.uid);
});

test("the HTTP fallback takes the documentation's message and a repeat over MQTT adds nothing", async (t) => {
  const { visitor, feed } = await visitorOnline(t);
  // As formatMessageProtobuf() of the documentation writes it: createdAt is a number, extra an object.
  const sent = {
    uid: newUid(),
    type: 'TEXT',
    content: 'over HTTP',
    status: 'SENDING',
    createdAt: Date.now(),
    channel: 'web',
    user: { uid: agent.uid, nickname: agent.user.nickname, avatar: '', type: 'USER' },
    thread: { uid: visitor.thread.uid, type: visitor.thread.type, topic: visitor.topic, user: visitor.user },
    extra: { orgUid: 'df_org_uid' },
  };
  await sendByHttpAsAgent(server, agent, sent);
  await feed.message(sent.uid);
  await agent.publish(visitor.topic, encodeMessage({ ...sent, createdAt: '', extra: '' }));
  const last = textFrom(agent, visitor.thread, 'last');
  await agent.send(last);
  await feed.message(last.uid);
  assert.equal(feed.messages.filter(({ uid }) => uid === sent.uid).length, 1);
  assert.equal((await history(server, visitor)).filter(({ uid }) => uid === sent.uid).length, 1);
});

test('what a device missed waits for it over a restart of the server', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const before = await device(t, 'desktop');
  await before.disconnect();
  const missed = ['before', 'the', 'crash'].map((content) => textFrom(visitor, visitor.thread, content));
  for (const message of missed) {
    await peer.send(visitor.topic, message);
  }
  await server.kill();
  await server.restart();
  const again = await device(t, 'desktop');
  assert.equal(again.connack.sessionPresent, true);
  await again.message(missed[2].uid);
  assert.deepEqual(textsIn(again, visitor.topic), ['before', 'the', 'crash']);
});
