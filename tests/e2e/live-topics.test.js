// Topics without history: bytes between STOMP and MQTT, for service accounts only.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { logInAgent, newVisitor } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const SERVICE = { name: 'robot', secret: 'robot-secret' };

const server = await serverForThisFile({ env: { DESKWIRE_SERVICE_ACCOUNT: `${SERVICE.name}:${SERVICE.secret}` } });
let stomp;
let mqtt;

before(async () => {
  stomp = await StompPeer.connect(server, { headers: { login: SERVICE.name, passcode: SERVICE.secret } });
  mqtt = await MqttPeer.connect(server, {
    clientId: `${SERVICE.name}/service/device1`,
    username: SERVICE.name,
    password: SERVICE.secret,
    clean: true,
  });
});

const opaque = { json: false };

test('STOMP to STOMP', async () => {
  const feed = await stomp.subscribe('/topic/prices/eur', opaque);
  await stomp.publish('/topic/prices/eur', '1.08', { 'content-type': 'text/plain', origin: 'test' });
  const { frame } = await until('the price', () => feed.received[0]);
  assert.equal(frame.body, '1.08');
  assert.equal(frame.headers['content-type'], 'text/plain');
  assert.equal(frame.headers.origin, 'test', 'custom headers pass');
});

test('STOMP to MQTT', async () => {
  await mqtt.client.subscribeAsync('prices/usd', { qos: 1 });
  await stomp.publish('/topic/prices/usd', 'from STOMP');
  const { payload } = await until('the price', () => mqtt.in('prices/usd')[0]);
  assert.equal(payload.toString(), 'from STOMP');
});

test('MQTT to STOMP', async () => {
  const feed = await stomp.subscribe('/topic/prices/gbp', opaque);
  await mqtt.publish('prices/gbp', 'from MQTT');
  const { frame } = await until('the price', () => feed.received[0]);
  assert.equal(frame.body, 'from MQTT');
  assert.equal(frame.headers.destination, '/topic/prices/gbp');
});

test('any bytes pass unchanged', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const feed = await stomp.subscribe('/topic/bytes/x', opaque);
  await mqtt.client.subscribeAsync('bytes/x', { qos: 1 });
  await mqtt.publish('bytes/x', bytes);
  const { frame } = await until('the bytes', () => feed.received[0]);
  assert.deepEqual(Buffer.from(frame.binaryBody), bytes);
  assert.deepEqual((await until('the bytes', () => mqtt.in('bytes/x')[0])).payload, bytes);
});

const wildcards = [
  { filter: 'stock/+/price', matches: ['stock/a/price', 'stock/b/price'], not: ['stock/a/volume', 'stock/a/b/price'] },
  { filter: 'log/#', matches: ['log/a', 'log/a/b/c'], not: ['logs/a'] },
];
for (const { filter, matches, not } of wildcards) {
  test(`the filter ${filter} matches what it should`, async () => {
    await mqtt.client.subscribeAsync(filter, { qos: 1 });
    for (const topic of [...not, ...matches]) {
      await stomp.publish(`/topic/${topic}`, topic);
    }
    for (const topic of matches) {
      await until(topic, () => mqtt.in(topic).length === 1);
    }
    for (const topic of not) {
      assert.equal(mqtt.in(topic).length, 0, topic);
    }
  });
}

test('after UNSUBSCRIBE nothing comes', async () => {
  const gone = await stomp.subscribe('/topic/news/a', opaque);
  const stays = await stomp.subscribe('/topic/news/a', opaque);
  gone.subscription.unsubscribe();
  await stomp.publish('/topic/news/a', 'fresh');
  await until('the news', () => stays.received.length === 1);
  assert.equal(gone.received.length, 0);
});

test('a visitor is refused', async () => {
  const visitor = await newVisitor(server);
  const listener = await StompPeer.asVisitor(server, visitor);
  await assert.rejects(listener.subscribe('/topic/prices/eur', opaque));
  assert.match((await listener.refusal()) ?? '', /\w{3,}/);
  const speaker = await StompPeer.asVisitor(server, visitor);
  await assert.rejects(speaker.publish('/topic/prices/eur', '0'));
  assert.match((await speaker.refusal()) ?? '', /\w{3,}/);
});

test('an agent is refused', async (t) => {
  const agent = await logInAgent(server);
  const desk = await MqttPeer.asAgent(server, agent, { clean: true });
  t.after(() => desk.client.end(true));
  const closed = desk.closed.then(() => Promise.reject(new Error('closed')));
  await assert.rejects(Promise.race([desk.client.subscribeAsync('prices/eur', { qos: 1 }), closed]));
  const browser = await StompPeer.withToken(server, agent);
  await assert.rejects(browser.subscribe('/topic/prices/eur', opaque));
});

test('a service account with a wrong secret is refused on MQTT', async () => {
  const attempt = MqttPeer.connect(server, {
    clientId: `${SERVICE.name}/service/device2`,
    username: SERVICE.name,
    password: 'guess',
  });
  await assert.rejects(attempt, (error) => error.code === 4);
});
