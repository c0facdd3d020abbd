// What is retained on live topics: the same value for stock clients of MQTT and STOMP, also after a crash.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { mqttService, SERVICE, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });
const RETAINED = { headers: { retained: 'true' }, json: false };

function stomp(t) {
  return StompPeer.connect(server, { headers: SERVICE }).then((peer) => {
    t.after(() => peer.disconnect());
    return peer;
  });
}

const mqtt = (t, options) => mqttService(t, server, options);

/** What a new MQTT subscription gets first on `topic`. */
async function firstByMqtt(t, filter, topic = filter) {
  const peer = await mqtt(t);
  await peer.client.subscribeAsync(filter, { qos: 2 });
  const { payload, packet } = await until(`${topic} by MQTT`, () => peer.in(topic)[0]);
  return { text: payload.toString(), payload, retain: packet.retain, qos: packet.qos };
}

/** What a new STOMP subscription that asks for it gets first. */
async function firstByStomp(t, destination) {
  const feed = await (await stomp(t)).subscribe(destination, RETAINED);
  return (await until(`${destination} by STOMP`, () => feed.received[0])).frame;
}

for (const qos of [0, 1, 2]) {
  test(`MQTT retains with QoS ${qos}, and both protocols are told`, async (t) => {
    const topic = `retained/qos/${qos}`;
    const publisher = await mqtt(t);
    const listener = await mqtt(t);
    await listener.client.subscribeAsync(topic, { qos: 2 });
    await publisher.client.publishAsync(topic, 'value', { qos, retain: true });
    const said = await until('the value as it is said', () => listener.in(topic)[0]);
    assert.equal(said.packet.retain, false, 'who listened already hears it as said');
    const { text, retain, qos: granted } = await firstByMqtt(t, topic);
    assert.deepEqual({ text, retain, granted }, { text: 'value', retain: true, granted: qos });
    const frame = await firstByStomp(t, `/topic/${topic}`);
    assert.equal(frame.body, 'value');
    assert.equal(frame.headers.retained, 'true');
    assert.equal(frame.headers.destination, `/topic/${topic}`);
  });
}

test('STOMP retains, byte for byte, and an empty body takes it away', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const sender = await stomp(t);
  const gone = sender.client;
  gone.publish({ destination: '/topic/retained.bytes', binaryBody: bytes, headers: { retain: 'true' } });
  await sender.publish('/topic/retained.bytes.end', 'end', { retain: 'true' });
  const { payload, retain } = await firstByMqtt(t, 'retained/bytes/#', 'retained/bytes');
  assert.deepEqual(payload, bytes);
  assert.equal(retain, true);
  const frame = await firstByStomp(t, '/topic/retained.bytes');
  assert.deepEqual(Buffer.from(frame.binaryBody), bytes);
  await sender.publish('/topic/retained.bytes', '', { retain: 'true' });
  const feed = await sender.subscribe('/topic/retained.bytes.*', RETAINED);
  const again = await (await stomp(t)).subscribe('/topic/retained.bytes', RETAINED);
  await until('the other topic', () => feed.received[0]);
  await sender.publish('/topic/retained.bytes', 'live');
  const { frame: first } = await until('what is said now', () => again.received[0]);
  assert.equal(first.body, 'live', 'nothing was retained');
  assert.equal(first.headers.retained, undefined);
});

test('a repeated SUBSCRIBE is told again', async (t) => {
  const peer = await mqtt(t);
  await peer.client.publishAsync('retained/again', 'value', { qos: 1, retain: true });
  for (const times of [1, 2, 3]) {
    await peer.client.subscribeAsync('retained/again', { qos: 1 });
    await until(`the value for the ${times}. time`, () => peer.in('retained/again').length === times);
  }
  assert.ok(peer.in('retained/again').every(({ packet }) => packet.retain));
});

test('a subscriber who comes while values change misses none and gets none twice', async (t) => {
  const [publisher, topic] = [await mqtt(t), 'retained/changing'];
  const published = Array.from({ length: 300 }, (_, number) =>
    publisher.client.publishAsync(topic, String(number), { qos: 1, retain: true }),
  );
  const readers = [];
  for (let reader = 0; reader < 10; reader += 1) {
    const peer = await mqtt(t);
    await peer.client.subscribeAsync(topic, { qos: 1 });
    readers.push(peer);
  }
  await Promise.all(published);
  for (const peer of readers) {
    await until('the last value', () => peer.in(topic).at(-1)?.payload.toString() === '299');
    const numbers = peer.in(topic).map(({ payload }) => Number(payload));
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => numbers[0] + index),
      'one after the other',
    );
  }
});

test('a will is retained, and everything survives a crash', async (t) => {
  const robot = await mqtt(t, { will: { topic: 'retained/state', payload: 'gone', qos: 1, retain: true } });
  const watcher = await mqtt(t);
  await watcher.client.subscribeAsync('retained/state', { qos: 1 });
  await robot.client.publishAsync('retained/state', 'here', { qos: 1, retain: true });
  robot.client.stream.destroy();
  await until('the will', () => watcher.in('retained/state').at(-1)?.payload.toString() === 'gone');
  await (await stomp(t)).publish('/topic/retained.kept', 'by STOMP', { retain: 'true', color: 'red' });
  await server.kill();
  await server.restart();
  assert.equal((await firstByMqtt(t, 'retained/state')).text, 'gone');
  const frame = await firstByStomp(t, '/topic/retained.kept');
  assert.equal(frame.body, 'by STOMP');
  assert.equal(frame.headers.color, 'red');
});
