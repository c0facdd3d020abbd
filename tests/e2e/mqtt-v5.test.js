// MQTT 5 with the stock client `mqtt`: connections, limits that both sides announce, and reasons of refusals.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logInAgent, newConversation, newVisitor, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { PACKET_BYTES, payloadFor, testMqttClient } from './mqtt-client-tests.js';
import { MqttPeer } from './mqtt-peer.js';
import { mqttService, newClientId, rawMqttService, WITH_SERVICE } from './service-account.js';
import { soon, until } from './waiting.js';

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

/** The next packet of a kind that a stock client receives. */
const next = (client, cmd) =>
  new Promise((resolve) => {
    client.on('packetreceive', (packet) => packet.cmd === cmd && resolve(packet));
  });

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
  const { reasonCode } = await sender.packet('disconnect');
  assert.equal(reasonCode, PACKET_TOO_LARGE);
  await sender.closed();
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
  for (const [number, qos] of [1, 2, 1, 0, 2].entries()) {
    await sender.publish('window/a', String(number), { qos });
  }
  const held = () => slow.all('publish').filter(({ qos }) => qos > 0);
  await until('two and the one with QoS 0', () => slow.all('publish').length === 3);
  assert.deepEqual(held().map(({ payload }) => String(payload)), ['0', '1']);
  // A message with QoS 2 counts until PUBCOMP, not until PUBREC.
  slow.send({ cmd: 'pubrec', messageId: held()[1].messageId });
  await slow.packet('pubrel');
  assert.equal(held().length, 2);
  slow.send({ cmd: 'puback', messageId: held()[0].messageId });
  await until('the third', () => held().length === 3);
  slow.send({ cmd: 'pubcomp', messageId: held()[1].messageId });
  await until('the fourth', () => held().length === 4);
  assert.deepEqual(held().map(({ payload }) => String(payload)), ['0', '1', '2', '4']);
});

test('who sends more than CONNACK allows at a time is told so', async (t) => {
  const sender = await raw(t);
  const allowed = sender.connack.properties.receiveMaximum ?? 65_535;
  for (let messageId = 1; messageId <= Math.min(allowed + 1, 65_535); messageId += 1) {
    sender.publish('too/many', 'x', { qos: 2, messageId });
  }
  if (allowed < 65_535) {
    assert.equal((await sender.packet('disconnect')).reasonCode, RECEIVE_MAXIMUM_EXCEEDED);
    await sender.closed();
  } else {
    await until('all PUBRECs', () => sender.all('pubrec').length === allowed);
  }
});

describe('refusals', () => {
  /** The demo agent on a device of its own, until the test ends. */
  async function agentDesk(t, options = {}) {
    const agent = await logInAgent(server);
    const device = newClientId().split('/').at(-1);
    const desk = await MqttPeer.asAgent(server, agent, { protocolVersion: 5, clean: true, device, ...options });
    t.after(() => desk.client.end(true));
    return { agent, desk };
  }

  for (const qos of [1, 2]) {
    test(`a PUBLISH with QoS ${qos} that is not allowed is answered with the reason`, async (t) => {
      const { agent, desk } = await agentDesk(t);
      const answer = next(desk.client, qos === 1 ? 'puback' : 'pubrec');
      await assert.rejects(desk.publish('prices/eur', '1.08', { qos }), ({ code }) => code === NOT_AUTHORIZED);
      const { reasonCode, properties } = await soon('the answer', answer);
      assert.equal(reasonCode, NOT_AUTHORIZED);
      assert.match(properties.reasonString, /\w{3,}/);
      const visitor = await newConversation(server);
      const sent = textFrom(agent, visitor.thread, 'goes on');
      await desk.send(sent, { qos });
      await desk.message(sent.uid);
      assert.deepEqual(desk.in(`user/${agent.uid}`).filter(({ message }) => message?.type === 'ERROR'), []);
    });
  }

  test('a SUBSCRIBE that is not allowed is answered with the reason, filter by filter', async (t) => {
    const { agent, desk } = await agentDesk(t);
    const answer = next(desk.client, 'suback');
    desk.client.subscribe(['prices/eur', `user/${agent.uid}`], { qos: 1 }, () => {});
    const { granted } = await soon('SUBACK', answer);
    assert.deepEqual(granted, [NOT_AUTHORIZED, 1]);
  });

  test('UNSUBSCRIBE of what was never subscribed says so', async (t) => {
    const peer = await connect(t);
    await peer.subscribe('known/a');
    const answer = next(peer.client, 'unsuback');
    await peer.client.unsubscribeAsync(['known/a', 'unknown/a']);
    assert.deepEqual((await answer).granted, [0, NO_SUBSCRIPTION]);
  });

  test('who wants no problem information gets codes only', async (t) => {
    const { desk } = await agentDesk(t, { properties: { requestProblemInformation: false } });
    const answer = next(desk.client, 'puback');
    await assert.rejects(desk.publish('prices/eur', '1.08'), ({ code }) => code === NOT_AUTHORIZED);
    const { properties = {} } = await answer;
    assert.deepEqual([properties.reasonString, properties.userProperties], [undefined, undefined]);
  });

  test('a visitor may not speak or listen on live topics', async (t) => {
    const { uid, accessToken } = await newVisitor(server);
    const peer = await MqttPeer.connect(server, {
      protocolVersion: 5,
      clean: true,
      clientId: `${uid}/web/phone`,
      username: uid,
      password: accessToken,
    });
    t.after(() => peer.client.end(true));
    await assert.rejects(peer.publish('prices/eur', '0'), ({ code }) => code === NOT_AUTHORIZED);
    await assert.rejects(peer.subscribe('prices/eur'), ({ code }) => code === NOT_AUTHORIZED);
  });
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
      const { reasonCode } = await client.packet('disconnect');
      assert.ok(reasons.includes(reasonCode), `0x${reasonCode.toString(16)}`);
      await client.closed();
    });
  }
});
