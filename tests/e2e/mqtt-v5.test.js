// MQTT 5 with the stock client `mqtt`: connections, limits that both sides announce, and what breaks the rules.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { PACKET_BYTES, payloadFor, testMqttClient } from './mqtt-client-tests.js';
import { mqttService, rawMqttService, WITH_SERVICE } from './service-account.js';
import { until } from './waiting.js';

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
const NOT_AUTHORIZED = 0x87;
const NO_SUBSCRIPTION = 0x11;
const RECEIVE_MAXIMUM_EXCEEDED = 0x93;
const TOPIC_ALIAS_INVALID = 0x94;
const PACKET_TOO_LARGE = 0x95;

const server = await serverForThisFile({ env: WITH_SERVICE, streams: ['mqtt'] });
const connect = (t, options = {}) => mqttService(t, server, { protocolVersion: 5, ...options });
const raw = (t, fields = {}) => rawMqttService(t, server, { protocolVersion: 5, ...fields });

testMqttClient(server, 5);

test('who brings no client id is given one, and can come back with it', async (t) => {
  const first = await raw(t, { clientId: '', properties: { sessionExpiryInterval: 60 } });
  const { assignedClientIdentifier: clientId } = first.connack.properties;
  assert.match(clientId, /./);
  assert.equal(first.connack.sessionPresent, false);
  await first.subscribe('assigned/a');
  first.send({ cmd: 'disconnect' });
  const again = await raw(t, { clientId, clean: false });
  assert.equal(again.connack.sessionPresent, true);
  assert.equal(again.connack.properties?.assignedClientIdentifier, undefined);
  const other = await raw(t, { clientId: '' });
  assert.notEqual(other.connack.properties.assignedClientIdentifier, clientId);
});

test('CONNACK announces the limits that hold', async (t) => {
  const { connack } = await raw(t);
  const { properties } = connack;
  assert.equal(properties.maximumPacketSize, PACKET_BYTES);
  assert.ok((properties.receiveMaximum ?? 65_535) > 0);
  assert.ok((properties.topicAliasMaximum ?? 0) > 0);
  // What is absent is available.
  const available = ['retainAvailable', 'wildcardSubscriptionAvailable', 'subscriptionIdentifiersAvailable'];
  for (const name of [...available, 'sharedSubscriptionAvailable']) {
    assert.notEqual(properties[name], false, name);
  }
  assert.equal(properties.maximumQoS ?? 2, 2);
});

test('a wrong password is answered with a reason', async (t) => {
  await assert.rejects(connect(t, { password: 'guess' }), ({ code }) => [0x86, NOT_AUTHORIZED].includes(code));
});

test('a packet of more than 1 MiB ends the connection with its reason', async (t) => {
  const sender = await raw(t);
  sender.publish('large', payloadFor(PACKET_BYTES + 1, 'large', 5), { qos: 1, messageId: 1 });
  assert.equal(await sender.refusal(), PACKET_TOO_LARGE);
});

test('a client gets no packet that is larger than it says it can take', async (t) => {
  const [sender, small] = [await connect(t), await connect(t, { properties: { maximumPacketSize: 128 } })];
  await small.subscribe('size/#');
  for (const qos of [0, 1, 2]) {
    await sender.publish('size/a', 'x'.repeat(128), { qos });
    await sender.publish('size/a', 'x'.repeat(64), { qos });
    await sender.publish('size/a', 'y', { qos, properties: { userProperties: { long: 'z'.repeat(128) } } });
  }
  await sender.publish('size/end', 'end', { qos: 2 });
  await small.first('size/end');
  assert.deepEqual(small.texts('size/a'), Array(3).fill('x'.repeat(64)));
});

test('a client has no more unacknowledged messages than it says it can take', async (t) => {
  const [sender, slow] = [await connect(t), await raw(t, { properties: { receiveMaximum: 2 } })];
  await slow.subscribe('window/#');
  for (const [number, qos] of [1, 2, 1, 2].entries()) {
    await sender.publish('window/a', String(number), { qos });
  }
  const heard = (count) => slow.messages(count).then((packets) => packets.map(({ payload }) => String(payload)));
  assert.deepEqual(await heard(2), ['0', '1']);
  // A message with QoS 2 counts until PUBCOMP, not until PUBREC.
  const [first, second] = slow.all('publish');
  slow.send({ cmd: 'pubrec', messageId: second.messageId });
  await slow.packet('pubrel');
  assert.deepEqual(await heard(2), ['0', '1']);
  slow.send({ cmd: 'puback', messageId: first.messageId });
  assert.deepEqual(await heard(3), ['0', '1', '2']);
  slow.send({ cmd: 'pubcomp', messageId: second.messageId });
  assert.deepEqual(await heard(4), ['0', '1', '2', '3']);
});

test('who sends more than CONNACK allows at a time is told so', async (t) => {
  const sender = await raw(t);
  const allowed = sender.connack.properties.receiveMaximum ?? 65_535;
  for (let messageId = 1; messageId <= Math.min(allowed + 1, 65_535); messageId += 1) {
    sender.publish('too/many', 'x', { qos: 2, messageId });
  }
  if (allowed < 65_535) {
    assert.equal(await sender.refusal(), RECEIVE_MAXIMUM_EXCEEDED);
  } else {
    await until('all PUBRECs', () => sender.all('pubrec').length === allowed);
  }
});

test('UNSUBSCRIBE of what was never subscribed says so', async (t) => {
  const peer = await connect(t);
  await peer.subscribe('known/a');
  const answer = peer.next('unsuback');
  await peer.client.unsubscribeAsync(['known/a', 'unknown/a']);
  assert.deepEqual((await answer).granted, [0, NO_SUBSCRIPTION]);
});

describe('broken packets', () => {
  const topic = Buffer.from([0, 1, 0x61]);
  const cases = {
    'a property that PUBLISH does not have': [[0x30, 0x06, ...topic, 0x02, 0x24, 0x01], MALFORMED, PROTOCOL_ERROR],
    'a property twice': [[0x30, 0x08, ...topic, 0x04, 0x01, 0x00, 0x01, 0x00], PROTOCOL_ERROR],
    'properties longer than the packet': [[0x30, 0x04, ...topic, 0x7f], MALFORMED],
    'a topic that is no UTF-8': [[0x30, 0x04, 0x00, 0x01, 0xff, 0x00], MALFORMED],
    'a packet identifier 0': [[0x32, 0x06, ...topic, 0x00, 0x00, 0x00], PROTOCOL_ERROR, MALFORMED],
    'no topic and no alias': [[0x30, 0x03, 0x00, 0x00, 0x00], PROTOCOL_ERROR],
    'topic alias 0': [[0x30, 0x07, ...topic, 0x03, 0x23, 0x00, 0x00], TOPIC_ALIAS_INVALID],
    'an alias that was never given': [[0x30, 0x06, 0x00, 0x00, 0x03, 0x23, 0x00, 0x01], PROTOCOL_ERROR, TOPIC_ALIAS_INVALID],
    'SUBSCRIBE to nothing': [[0x82, 0x03, 0x00, 0x01, 0x00], PROTOCOL_ERROR, MALFORMED],
    'no-local on a shared subscription': [
      [0x82, 0x10, 0x00, 0x01, 0x00, 0x00, 0x0a, ...Buffer.from('$share/g/a'), 0x05],
      PROTOCOL_ERROR,
    ],
    'a longer session at the end than at the beginning': [
      [0xe0, 0x07, 0x00, 0x05, 0x11, 0x00, 0x00, 0x00, 0x3c],
      PROTOCOL_ERROR,
    ],
    'AUTH that nobody asked for': [[0xf0, 0x00], PROTOCOL_ERROR],
  };
  for (const [title, [bytes, ...reasons]] of Object.entries(cases)) {
    test(`${title} is answered with its reason`, async (t) => {
      const client = await raw(t);
      client.write(Buffer.from(bytes));
      const reason = await client.refusal();
      assert.ok(reasons.includes(reason), `0x${reason.toString(16)}`);
    });
  }
});
