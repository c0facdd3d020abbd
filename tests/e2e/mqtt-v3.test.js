// MQTT 3.1.1 with the stock client `mqtt`: what every version must be able to do, and the answers that only this one has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { PACKET_BYTES, payloadFor, testMqttClient } from './mqtt-client-tests.js';
import { RawMqtt } from './raw-mqtt.js';
import { mqttService, rawMqttService, WITH_SERVICE } from './service-account.js';
import { soon } from './waiting.js';

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
