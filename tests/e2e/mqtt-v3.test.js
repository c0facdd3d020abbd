// MQTT 3.1.1 with the stock client `mqtt`: what every version must be able to do, and the answers that only this one has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage } from 'deskwire-examples/protocol.js';
import { logInAgent, newConversation, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { PACKET_BYTES, payloadFor, testMqttClient } from './mqtt-client-tests.js';
import { MqttPeer } from './mqtt-peer.js';
import { RawMqtt } from './raw-mqtt.js';
import { mqttService, rawMqttService, WITH_SERVICE } from './service-account.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE, streams: ['mqtt'] });

testMqttClient(server, 4);

test('a packet of more than 1 MiB ends the connection', async (t) => {
  const sender = await mqttService(t, server, { endpoint: server.stream('mqtt') });
  const payload = payloadFor(PACKET_BYTES + 1, 'v3/large', 4);
  sender.client.publish('v3/large', payload, { qos: 1 });
  await soon('the connection is closed', sender.closed);
});

test('MQTT 3.1 is spoken', async (t) => {
  const peer = await mqttService(t, server, { protocolId: 'MQIsdp', protocolVersion: 3 });
  assert.deepEqual(await peer.subscribe('v3/old', { qos: 1 }), [1]);
  await peer.publish('v3/old', 'still here');
  assert.equal((await peer.first('v3/old')).payload.toString(), 'still here');
});

test('an empty client id is for clean sessions only', async (t) => {
  const anonymous = await rawMqttService(t, server, { clientId: '' });
  assert.equal(anonymous.connack.returnCode, 0);
  const refused = await RawMqtt.open(server);
  refused.write(Buffer.from([0x10, 0x0c, 0, 4, ...Buffer.from('MQTT'), 4, 0, 0, 0, 0, 0]));
  assert.equal((await refused.packet('connack')).returnCode, 2);
  await refused.closed();
});

test('a refused SUBSCRIBE is answered 0x80, and the rest of the packet is granted', async (t) => {
  const agent = await logInAgent(server);
  const desk = await MqttPeer.asAgent(server, agent, { clean: true });
  t.after(() => desk.client.end(true));
  const suback = new Promise((resolve) => {
    desk.client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet));
  });
  desk.client.subscribe(['prices/eur', `user/${agent.uid}`], { qos: 1 }, () => {});
  assert.deepEqual((await soon('SUBACK', suback)).granted, [0x80, 1]);
  assert.equal(desk.client.connected, true);
});

test('a message that is refused is acknowledged, and its sender is told on its own topic', async (t) => {
  const agent = await logInAgent(server);
  const desk = await MqttPeer.asAgent(server, agent, { clean: true });
  t.after(() => desk.client.end(true));
  const visitor = await newConversation(server);
  const sent = textFrom({ ...agent, user: { ...agent.user, uid: 'somebody_else' } }, visitor.thread, 'forged');
  await desk.send({ ...sent, thread: { ...sent.thread, topic: 'org/agent/nobody/nothing' } });
  const told = await until('the ERROR message', () =>
    desk
      .in(`user/${agent.uid}`)
      .map(({ payload }) => decodeMessage(payload))
      .find(({ type }) => type === 'ERROR'),
  );
  assert.match(told.content, /\w{3,}/);
  assert.equal(JSON.parse(told.extra).uid, sent.uid);
  assert.equal(desk.client.connected, true);
});
