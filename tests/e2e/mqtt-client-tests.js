// What a stock MQTT client must be able to do in every version and on every transport.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RawMqtt } from './raw-mqtt.js';
import { mqttService, newClientId, rawMqttService } from './service-account.js';
import { soon, until } from './waiting.js';

/** Bytes of the largest packet that a server takes by default. */
export const PACKET_BYTES = 1024 * 1024;

/** The transports: what `MqttPeer.connect` needs for each. */
const TRANSPORTS = {
  'WebSocket /websocket': () => ({ path: '/websocket' }),
  'WebSocket /mqtt': () => ({ path: '/mqtt' }),
  TCP: (server) => ({ endpoint: server.stream('mqtt') }),
};

const KEEP_ALIVE_TIMEOUT = 0x8d;
const TAKEN_OVER = 0x8e;

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const ORDERED = 300;
/** Often enough that a race between two connections is seen. */
const QUICK_ROUNDS = 50;

/** A payload that makes a PUBLISH with QoS 1 exactly `bytes` long, if it is longer than 16 KiB. */
export function payloadFor(bytes, topic, protocolVersion) {
  const [fixedHeader, topicLength, packetId, properties] = [4, 2, 2, protocolVersion === 5 ? 1 : 0];
  return Buffer.alloc(bytes - fixedHeader - topicLength - topic.length - packetId - properties, 'x');
}

/**
 * Declares the tests. The server needs the service account and an `mqtt` listener.
 *
 * @param {4 | 5} protocolVersion 4 is MQTT 3.1.1.
 */
export function testMqttClient(server, protocolVersion) {
  const connect = (t, options = {}) => mqttService(t, server, { protocolVersion, ...options });
  const root = `client/v${protocolVersion}`;

  for (const [title, transport] of Object.entries(TRANSPORTS)) {
    test(`${title}: each quality of service, both ways`, async (t) => {
      const options = transport(server);
      const [sender, receiver] = [await connect(t, options), await connect(t, options)];
      for (const granted of [0, 1, 2]) {
        const topic = `${root}/qos/${title.replaceAll(/\W/g, '')}/${granted}`;
        assert.deepEqual(await receiver.subscribe(topic, { qos: granted }), [granted]);
        for (const qos of [0, 1, 2]) {
          await sender.publish(topic, EVERY_BYTE, { qos });
          await until(`QoS ${qos}`, () => receiver.in(topic).length > qos);
        }
        const packets = receiver.in(topic).map(({ packet }) => [packet.qos, packet.dup, packet.retain]);
        assert.deepEqual(packets, [0, 1, 2].map((qos) => [Math.min(qos, granted), false, false]));
        assert.ok(receiver.in(topic).every(({ payload }) => payload.equals(EVERY_BYTE)));
      }
    });
  }

  test('what one client says on a topic arrives in its order', async (t) => {
    const [sender, receiver] = [await connect(t), await connect(t)];
    await receiver.subscribe(`${root}/order/+`);
    const said = Array.from({ length: ORDERED }, (_, number) => String(number));
    for (const qos of [1, 2]) {
      await Promise.all(said.map((text) => sender.publish(`${root}/order/${qos}`, text, { qos })));
      await until('the last', () => receiver.in(`${root}/order/${qos}`).length >= said.length);
      assert.deepEqual(receiver.texts(`${root}/order/${qos}`), said);
    }
  });

  test('overlapping filters: one copy, with the highest QoS', async (t) => {
    const [sender, receiver] = [await connect(t), await connect(t)];
    await receiver.subscribe(`${root}/overlap/#`, { qos: 0 });
    await receiver.subscribe(`${root}/overlap/a`, { qos: 2 });
    await receiver.subscribe(`${root}/overlap/+`, { qos: 1 });
    await sender.publish(`${root}/overlap/a`, 'once', { qos: 2 });
    await receiver.first(`${root}/overlap/a`);
    await sender.publish(`${root}/overlap/end`, 'end', { qos: 1 });
    await receiver.first(`${root}/overlap/end`);
    const copies = receiver.in(`${root}/overlap/a`).map(({ packet }) => packet.qos);
    assert.deepEqual(copies, [2]);
  });

  test('wildcards at the beginning do not match topics that begin with $', async (t) => {
    const [sender, receiver] = [await connect(t), await connect(t)];
    await receiver.subscribe(['#', `+/${root}/hidden`]);
    await sender.publish(`$hidden/${root}/hidden`, 'hidden').catch(() => 'it may be refused');
    await sender.publish(`${root}/open`, 'open');
    await receiver.first(`${root}/open`);
    assert.ok(receiver.received.every(({ topic }) => !topic.startsWith('$')));
  });

  test('after UNSUBSCRIBE nothing comes, and what other filters match goes on', async (t) => {
    const [sender, receiver] = [await connect(t), await connect(t)];
    await receiver.subscribe([`${root}/left/a`, `${root}/left/b`], { qos: 1 });
    await receiver.client.unsubscribeAsync(`${root}/left/a`);
    for (const qos of [0, 1, 2]) {
      await sender.publish(`${root}/left/a`, 'missed', { qos });
      await sender.publish(`${root}/left/b`, 'heard', { qos });
    }
    await until('three', () => receiver.in(`${root}/left/b`).length === 3);
    assert.deepEqual(receiver.texts(`${root}/left/a`), []);
  });

  test('a packet of 1 MiB passes', async (t) => {
    const options = TRANSPORTS.TCP(server);
    const [sender, receiver] = [await connect(t, options), await connect(t, options)];
    const payload = payloadFor(PACKET_BYTES, `${root}/large`, protocolVersion);
    await receiver.subscribe(`${root}/large`, { qos: 1 });
    await sender.publish(`${root}/large`, payload);
    assert.ok((await receiver.first(`${root}/large`)).payload.equals(payload));
  });

  test('the same client id takes over', async (t) => {
    const options = { clientId: newClientId(), clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await connect(t, options);
    await first.subscribe(`${root}/taken`, { qos: 1 });
    const second = await connect(t, options);
    await soon('the first connection is closed', first.closed);
    assert.equal(second.connack.sessionPresent, true);
    await second.publish(`${root}/taken`, 'to the second');
    await second.first(`${root}/taken`);
    assert.equal(first.received.length, 0);
    if (protocolVersion === 5) {
      assert.equal(first.disconnects[0]?.reasonCode, TAKEN_OVER);
    }
  });

  describe('the will', () => {
    const will = (name) => ({ topic: `${root}/will/${name}`, payload: Buffer.from('gone'), qos: 1 });
    const watch = async (t) => {
      const watcher = await connect(t);
      await watcher.subscribe(`${root}/will/#`, { qos: 2 });
      return watcher;
    };

    test('comes when the socket is reset', async (t) => {
      const watcher = await watch(t);
      const robot = await rawMqttService(t, server, { protocolVersion, will: will('reset') });
      await robot.reset();
      const { payload, qos } = await watcher.first(`${root}/will/reset`);
      assert.deepEqual([payload.toString(), qos], ['gone', 1]);
    });

    test('comes when the client is silent for one and a half times its keep alive', async (t) => {
      const watcher = await watch(t);
      const robot = await rawMqttService(t, server, { protocolVersion, keepalive: 1, will: will('silent') });
      await watcher.first(`${root}/will/silent`);
      await robot.closed();
      const reasons = robot.all('disconnect').map(({ reasonCode }) => reasonCode);
      assert.deepEqual(reasons, protocolVersion === 5 ? [KEEP_ALIVE_TIMEOUT] : []);
    });

    test('does not come after DISCONNECT', async (t) => {
      const watcher = await watch(t);
      const options = { clientId: newClientId(), will: will('goodbye') };
      const robot = await connect(t, options);
      await robot.disconnect();
      // Whoever comes with the same client id waits until the connection before has ended in every respect.
      const next = await connect(t, { ...options, will: undefined });
      await next.publish(`${root}/will/end`, 'end');
      await watcher.first(`${root}/will/end`);
      assert.deepEqual(watcher.in(`${root}/will/goodbye`), []);
    });

    test('does not come after DISCONNECT when the same client is back at once', async (t) => {
      const watcher = await watch(t);
      const session = { protocolVersion, clientId: newClientId() };
      for (let round = 0; round < QUICK_ROUNDS; round += 1) {
        const robot = await rawMqttService(t, server, { ...session, will: will('quick') });
        const opened = await RawMqtt.open(server, protocolVersion);
        robot.send({ cmd: 'disconnect' });
        const next = await rawMqttService(t, server, session, opened);
        await next.disconnect();
      }
      await watcher.publish(`${root}/will/end`, 'end');
      await watcher.first(`${root}/will/end`);
      assert.deepEqual(watcher.texts(`${root}/will/quick`), []);
    });

    test('comes when another connection takes over', async (t) => {
      const watcher = await watch(t);
      const options = { clientId: newClientId(), will: will('taken') };
      await connect(t, options);
      await connect(t, { ...options, will: undefined });
      await watcher.first(`${root}/will/taken`);
    });
  });

  for (const [title, bytes] of Object.entries({
    'a packet type that is reserved': [0x00, 0x00],
    'SUBSCRIBE with wrong flags': [0x80, 0x06, 0x00, 0x01, 0x00, 0x01, 0x61, 0x00],
    'PUBLISH with QoS 3': [0x36, 0x06, 0x00, 0x01, 0x61, 0x00, 0x01, 0x78],
    'a topic name with a wildcard': [0x30, 0x05, 0x00, 0x01, 0x23, 0x00, 0x78],
    'a length of five bytes': [0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
    'a second CONNECT': [0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, protocolVersion, 2, 0, 0, 0, 0, 0],
  })) {
    test(`${title} ends the connection`, async (t) => {
      const raw = await rawMqttService(t, server, { protocolVersion });
      raw.write(Buffer.from(bytes));
      if (protocolVersion === 5) {
        const reason = await raw.refusal();
        assert.ok([0x81, 0x82, 0x90].includes(reason), `0x${reason.toString(16)}`);
      } else {
        await raw.closed();
        assert.equal(raw.packets.length, 1, 'nothing comes but CONNACK');
      }
    });
  }
}
