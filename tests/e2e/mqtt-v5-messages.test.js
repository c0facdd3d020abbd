// What MQTT 5 adds to messages and subscriptions, with the stock client `mqtt`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { mqttService, newClientId, rawMqttService, WITH_SERVICE } from './service-account.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE, streams: ['mqtt'] });
const connect = (t, options = {}) => mqttService(t, server, { protocolVersion: 5, ...options });
const raw = (t, fields = {}) => rawMqttService(t, server, { protocolVersion: 5, ...fields });
const text = ({ payload }) => payload.toString();

/** What a message can say about itself; a name of a user property may come more than once. */
const ABOUT = {
  payloadFormatIndicator: true,
  contentType: 'text/plain; charset=utf-8',
  responseTopic: 'about/answers',
  correlationData: Buffer.from([0x00, 0xff, 0x80, 0x0a]),
  userProperties: { colour: ['red', 'green'], 'ü: %': '你好 👋', empty: '' },
};

/** The properties as plain values that can be compared. */
const plain = (properties) => ({ ...properties, userProperties: { ...properties.userProperties } });

for (const qos of [0, 1, 2]) {
  test(`QoS ${qos}: all that a message says about itself arrives, live and retained`, async (t) => {
    const [sender, receiver] = [await connect(t), await connect(t)];
    const topic = `about/${qos}`;
    await receiver.subscribe(topic);
    await sender.publish(topic, 'hello', { qos, retain: true, properties: ABOUT });
    const live = await receiver.first(topic);
    assert.deepEqual(plain(live.properties), ABOUT);
    const late = await connect(t);
    await late.subscribe(topic);
    const retained = await late.first(topic);
    assert.deepEqual([retained.retain, retained.qos], [true, qos]);
    assert.deepEqual(plain(retained.properties), ABOUT);
  });
}

test('a message without properties has none on the other side', async (t) => {
  const [sender, receiver] = [await connect(t), await connect(t)];
  await receiver.subscribe('about/nothing');
  await sender.publish('about/nothing', 'hello');
  const { properties = {} } = await receiver.first('about/nothing');
  assert.deepEqual(plain(properties), { userProperties: {} });
});

test('a question finds its answer', async (t) => {
  const [asking, answering] = [await connect(t), await connect(t)];
  answering.client.on('message', (_topic, payload, { properties }) => {
    const { responseTopic, correlationData } = properties;
    answering.client.publish(responseTopic, `re: ${payload}`, { qos: 1, properties: { correlationData } });
  });
  await answering.subscribe('questions/a');
  await asking.subscribe('answers/me');
  const questions = ['one', 'two', 'three'];
  for (const question of questions) {
    const properties = { responseTopic: 'answers/me', correlationData: Buffer.from(question) };
    await asking.publish('questions/a', question, { properties });
  }
  await until('three answers', () => asking.in('answers/me').length === 3);
  assert.deepEqual(
    asking.in('answers/me').map(({ packet }) => [text(packet), packet.properties.correlationData.toString()]),
    questions.map((question) => [`re: ${question}`, question]),
  );
});

test('aliases stand for topics on the way to the server, until the connection ends', async (t) => {
  const receiver = await connect(t);
  await receiver.subscribe('alias/in/#');
  const sender = await raw(t);
  sender.publish('alias/in/a', '1', { properties: { topicAlias: 1 } });
  sender.publish('alias/in/b', '2', { properties: { topicAlias: 2 } });
  sender.publish('', '3', { properties: { topicAlias: 1 } });
  sender.publish('alias/in/c', '4', { properties: { topicAlias: 1 } });
  sender.publish('', '5', { properties: { topicAlias: 1 }, qos: 1, messageId: 1 });
  await until('all', () => receiver.received.length === 5);
  const heard = receiver.received.map(({ topic, payload }) => `${topic} ${payload}`);
  assert.deepEqual(heard, ['alias/in/a 1', 'alias/in/b 2', 'alias/in/a 3', 'alias/in/c 4', 'alias/in/c 5']);
  assert.ok(receiver.received.every(({ packet }) => packet.properties?.topicAlias === undefined));
});

test('aliases stand for topics on the way to a client that takes them', async (t) => {
  const [sender, receiver] = [await connect(t), await raw(t, { properties: { topicAliasMaximum: 1 } })];
  await receiver.subscribe('alias/out/#', { qos: 0 });
  for (const number of [1, 2, 3]) {
    await sender.publish('alias/out/a', String(number));
  }
  await receiver.messages(3);
  const heard = receiver.all('publish').map(({ topic, properties }) => [topic, properties?.topicAlias]);
  assert.deepEqual(heard, [['alias/out/a', 1], ['', 1], ['', 1]]);
  // A client of the library, which keeps the aliases itself.
  const stock = await connect(t, { properties: { topicAliasMaximum: 2 } });
  await stock.subscribe('alias/many/+');
  const topics = Array.from({ length: 20 }, (_, number) => `alias/many/${number % 5}`);
  for (const topic of topics) {
    await sender.publish(topic, topic);
  }
  await until('all', () => stock.received.length === topics.length);
  assert.deepEqual(stock.received.map(({ payload }) => payload.toString()), topics);
});

test('a message names the subscriptions that it came by', async (t) => {
  const [sender, receiver] = [await connect(t), await connect(t)];
  const by = (subscriptionIdentifier) => ({ properties: { subscriptionIdentifier } });
  await receiver.subscribe('named/a', by(268_435_455));
  await receiver.subscribe('named/+', by(2));
  await receiver.subscribe('named/#', {});
  for (const topic of ['named/a', 'named/b', 'named/b/c']) {
    await sender.publish(topic, topic, { qos: 2 });
  }
  await until('all', () => receiver.received.length === 3);
  const names = receiver.received.map(({ packet }) => [packet.properties?.subscriptionIdentifier ?? []].flat().sort());
  assert.deepEqual(names, [[2, 268_435_455], [2], []]);
  // Who subscribes again gives another name, or none.
  await receiver.subscribe('named/+', {});
  await sender.publish('named/b', 'again');
  await until('the fourth', () => receiver.received[3]);
  assert.equal(receiver.received[3].packet.properties?.subscriptionIdentifier, undefined);
});

test('no-local: nobody hears themselves, others do', async (t) => {
  const [first, second] = [await connect(t), await connect(t)];
  for (const peer of [first, second]) {
    await peer.subscribe('echo/#', { nl: true });
  }
  for (const qos of [0, 1, 2]) {
    await first.publish('echo/a', `first ${qos}`, { qos });
    await second.publish('echo/a', `second ${qos}`, { qos });
  }
  await until('what the others said', () => [first, second].every((peer) => peer.received.length >= 3));
  await first.publish('echo/end', 'end');
  await second.first('echo/end');
  assert.deepEqual(first.texts('echo/a'), ['second 0', 'second 1', 'second 2']);
  assert.deepEqual(second.texts('echo/a'), ['first 0', 'first 1', 'first 2']);
});

test('retain as published: the flag is kept for those who want it', async (t) => {
  const [sender, keeping, usual] = [await connect(t), await connect(t), await connect(t)];
  await keeping.subscribe('flag/a', { rap: true });
  await usual.subscribe('flag/a');
  for (const qos of [0, 1, 2]) {
    await sender.publish('flag/a', 'x', { qos, retain: true });
    await sender.publish('flag/a', 'x', { qos, retain: false });
  }
  await until('six each', () => [keeping, usual].every((peer) => peer.received.length === 6));
  const flags = (peer) => peer.received.map(({ packet }) => packet.retain);
  assert.deepEqual(flags(keeping), [true, false, true, false, true, false]);
  assert.deepEqual(flags(usual), Array(6).fill(false));
});

for (const [rh, expected] of [[0, [1, 2]], [1, [1, 1]], [2, [0, 0]]]) {
  test(`retain handling ${rh}: told ${expected} times after one and two SUBSCRIBEs`, async (t) => {
    const [sender, receiver] = [await connect(t), await connect(t)];
    const topic = `handling/${rh}`;
    await sender.publish(topic, 'retained', { qos: 1, retain: true });
    for (const [index, count] of expected.entries()) {
      await receiver.subscribe([topic, `${topic}/end`], { rh });
      await sender.publish(`${topic}/end`, 'end');
      await until('the end', () => receiver.in(`${topic}/end`).length === index + 1);
      assert.equal(receiver.in(topic).length, count);
    }
  });
}

test('a message says how long it has left, and when it has nothing left it does not come', async (t) => {
  const sender = await connect(t);
  const lasting = { clientId: newClientId(), clean: false, properties: { sessionExpiryInterval: 600 } };
  const away = await connect(t, lasting);
  await away.subscribe('expiry/#', { qos: 2 });
  await away.disconnect();
  const expiring = (seconds) => ({ qos: 1, properties: { messageExpiryInterval: seconds } });
  await sender.publish('expiry/a', 'short', expiring(1));
  await sender.publish('expiry/a', 'long', expiring(600));
  await sender.publish('expiry/a', 'for ever', { qos: 1 });
  // The clock of expiry is the server's: when a retained message of the same age is gone, so is the short one.
  await sender.publish('expiry/clock', 'tick', { ...expiring(1), retain: true });
  await until('a second has passed', async () => {
    const watcher = await connect(t);
    await watcher.subscribe(['expiry/clock', 'expiry/now']);
    await watcher.publish('expiry/now', 'now');
    await watcher.first('expiry/now');
    await watcher.disconnect();
    return watcher.in('expiry/clock').length === 0;
  });
  const back = await connect(t, lasting);
  await back.subscribe('expiry/end');
  await sender.publish('expiry/end', 'end');
  await back.first('expiry/end');
  assert.deepEqual(back.texts('expiry/a'), ['long', 'for ever']);
  const [long, forEver] = back.in('expiry/a').map(({ packet }) => packet.properties?.messageExpiryInterval);
  assert.ok(long >= 1 && long < 600, `${long} seconds left`);
  assert.equal(forEver, undefined);
});
