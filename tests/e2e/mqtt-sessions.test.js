// MQTT sessions that outlive their connections: what waits for a client that is away, what was on its way, and when a
// session ends.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { mqttService, newClientId, rawMqttService, SERVICE, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const WAITING = 10_000;
/** Messages of the sender on the way at once: the library does not keep to what the server allows. */
const WINDOW = 50;
const FOR_LONG = 600;

const server = await serverForThisFile({ env: WITH_SERVICE, streams: ['mqtt'] });

/** What a client says in CONNECT whose session stays for `seconds`, which only MQTT 5 can limit. */
const lasting = (protocolVersion, seconds = FOR_LONG) => ({
  protocolVersion,
  clientId: newClientId(),
  clean: false,
  ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: seconds } }),
});

const described = (packets) => packets.map(({ payload, qos, dup }) => `${payload} ${qos}${dup ? ' again' : ''}`);

for (const protocolVersion of [4, 5]) {
  const root = `session/v${protocolVersion}`;
  const connect = (t, options = {}) => mqttService(t, server, { protocolVersion, ...options });
  const raw = (t, options = {}) => rawMqttService(t, server, { protocolVersion, ...options });

  describe(`MQTT ${protocolVersion === 5 ? '5' : '3.1.1'}`, () => {
    for (const qos of [1, 2]) {
      test(`QoS ${qos}: what was said while a client was away waits for it, once and in order`, async (t) => {
        const [sender, options, topic] = [await connect(t), lasting(protocolVersion), `${root}/away/${qos}`];
        const before = await connect(t, options);
        assert.equal(before.connack.sessionPresent, false);
        await before.subscribe([topic, `${root}/away/+`]);
        await before.disconnect();
        for (const text of ['1', '2', '3']) {
          await sender.publish(topic, text, { qos });
        }
        const back = await connect(t, options);
        assert.equal(back.connack.sessionPresent, true);
        await sender.publish(topic, 'live', { qos });
        await until('all', () => back.texts(topic).includes('live'));
        assert.deepEqual(
          described(back.in(topic).map(({ packet }) => packet)),
          ['1', '2', '3', 'live'].map((text) => `${text} ${qos}`),
        );
      });
    }

    test('subscriptions stay, changed and ended ones as they were left, also over a crash', async (t) => {
      const [sender, options] = [await connect(t), lasting(protocolVersion)];
      const before = await connect(t, options);
      await before.subscribe([`${root}/kept/a`, `${root}/kept/b`, `${root}/kept/c`], { qos: 2 });
      await before.subscribe(`${root}/kept/b`, { qos: 0 });
      await before.client.unsubscribeAsync(`${root}/kept/c`);
      await server.kill();
      await server.restart();
      const back = await connect(t, options);
      assert.equal(back.connack.sessionPresent, true);
      const again = await connect(t);
      for (const name of ['c', 'b', 'a']) {
        await again.publish(`${root}/kept/${name}`, name, { qos: 2 });
      }
      await back.first(`${root}/kept/a`);
      assert.deepEqual(described(back.received.map(({ packet }) => packet)), ['b 0', 'a 2']);
      sender.client.end(true);
    });

    test('a clean start forgets all that was kept', async (t) => {
      const [sender, options] = [await connect(t), lasting(protocolVersion)];
      const before = await connect(t, options);
      await before.subscribe(`${root}/forgotten/#`);
      await before.disconnect();
      await sender.publish(`${root}/forgotten/a`, 'missed');
      const clean = await connect(t, { ...options, clean: true });
      assert.equal(clean.connack.sessionPresent, false);
      await clean.disconnect();
      const back = await connect(t, options);
      assert.equal(back.connack.sessionPresent, protocolVersion === 5, 'in MQTT 5 a clean start begins a lasting session');
      await sender.publish(`${root}/forgotten/a`, 'nobody listens');
      await back.subscribe(`${root}/forgotten/end`);
      await sender.publish(`${root}/forgotten/end`, 'end');
      await back.first(`${root}/forgotten/end`);
      assert.equal(back.received.length, 1);
    });

    test('what was not acknowledged comes again, first, marked, under its packet identifier', async (t) => {
      const [sender, options] = [await connect(t), lasting(protocolVersion)];
      const before = await raw(t, options);
      await before.subscribe(`${root}/again`, { qos: 2 });
      for (const [text, qos] of [['1', 1], ['2', 2], ['3', 2], ['4', 1], ['5', 2]]) {
        await sender.publish(`${root}/again`, text, { qos });
      }
      const first = await before.messages(5);
      before.send({ cmd: 'puback', messageId: first[0].messageId });
      before.send({ cmd: 'pubrec', messageId: first[1].messageId });
      await before.packet('pubrel', { messageId: first[1].messageId });
      await before.reset();
      await sender.publish(`${root}/again`, 'new', { qos: 1 });
      const back = await raw(t, options);
      const packets = await back.messages(4);
      assert.deepEqual(described(packets), ['3 2 again', '4 1 again', '5 2 again', 'new 1']);
      assert.deepEqual(
        packets.slice(0, 3).map(({ messageId }) => messageId),
        first.slice(2).map(({ messageId }) => messageId),
      );
      await back.packet('pubrel', { messageId: first[1].messageId });
    });

    test('exactly once to the client: after a crash PUBREL and PUBLISH go on where they were', async (t) => {
      const [sender, options] = [await connect(t), lasting(protocolVersion)];
      const before = await raw(t, options);
      await before.subscribe(`${root}/once`, { qos: 2 });
      await sender.publish(`${root}/once`, 'received', { qos: 2 });
      await sender.publish(`${root}/once`, 'not received', { qos: 2 });
      const [received, other] = await before.messages(2);
      before.send({ cmd: 'pubrec', messageId: received.messageId });
      await before.packet('pubrel', { messageId: received.messageId });
      await server.kill();
      await server.restart();
      const back = await raw(t, options);
      await back.packet('pubrel', { messageId: received.messageId });
      const [again] = await back.messages(1);
      assert.deepEqual([String(again.payload), again.messageId, again.dup], ['not received', other.messageId, true]);
      back.send({ cmd: 'pubcomp', messageId: received.messageId });
      back.send({ cmd: 'pubrec', messageId: other.messageId });
      await back.packet('pubrel', { messageId: other.messageId });
      assert.equal(back.all('publish').length, 1);
    });

    for (const crash of [false, true]) {
      const between = crash ? 'a crash' : 'a broken connection';
      test(`exactly once from the client: the same packet after ${between} is the same message`, async (t) => {
        const topic = `${root}/repeated/${crash}`;
        // The library remembers what it has received as long as the object lives.
        const listener = await connect(t, { ...lasting(protocolVersion), reconnectPeriod: 50 });
        await listener.subscribe(topic);
        const sending = lasting(protocolVersion);
        const before = await raw(t, sending);
        before.publish(topic, 'released', { qos: 2, messageId: 6 });
        before.publish(topic, 'once', { qos: 2, messageId: 7 });
        await before.packet('pubrec', { messageId: 7 });
        before.send({ cmd: 'pubrel', messageId: 6 });
        await before.packet('pubcomp', { messageId: 6 });
        if (crash) {
          await server.kill();
          await server.restart();
        } else {
          await before.reset();
        }
        const back = await raw(t, sending);
        assert.equal(back.connack.sessionPresent, true);
        back.publish(topic, 'once', { qos: 2, messageId: 7, dup: true });
        await back.packet('pubrec', { messageId: 7 });
        back.send({ cmd: 'pubrel', messageId: 7 });
        await back.packet('pubcomp', { messageId: 7 });
        back.publish(topic, 'free again', { qos: 2, messageId: 7 });
        await until('the second PUBREC', () => back.all('pubrec', { messageId: 7 }).length === 2);
        back.send({ cmd: 'pubrel', messageId: 7 });
        await until('the last', () => listener.texts(topic).includes('free again'));
        assert.deepEqual(listener.texts(topic), ['released', 'once', 'free again']);
      });
    }

    test(`${WAITING} waiting messages survive a crash, in order`, async (t) => {
      const options = lasting(protocolVersion);
      const before = await connect(t, options);
      await before.subscribe(`${root}/many`, { qos: 1 });
      await before.disconnect();
      const sender = await connect(t);
      const said = Array.from({ length: WAITING }, (_, number) => String(number));
      for (let start = 0; start < WAITING; start += WINDOW) {
        const window = said.slice(start, start + WINDOW);
        await Promise.all(window.map((text) => sender.publish(`${root}/many`, text, { qos: 1 })));
      }
      await server.kill();
      await server.restart();
      const back = await connect(t, options);
      assert.equal(back.connack.sessionPresent, true);
      await until('all', () => back.received.length >= WAITING);
      assert.deepEqual(back.texts(`${root}/many`), said);
      await back.disconnect();
      const emptied = await connect(t, options);
      await emptied.publish(`${root}/many`, 'end', { qos: 1 });
      await until('the end', () => emptied.texts(`${root}/many`).at(-1) === 'end');
      const again = emptied.in(`${root}/many`).filter(({ packet }) => !packet.dup && packet.payload.toString() !== 'end');
      assert.deepEqual(again, [], 'what was acknowledged does not come as new');
    });

    test('STOMP: what must not be lost waits too', async (t) => {
      const options = lasting(protocolVersion);
      const before = await connect(t, options);
      await before.subscribe(`${root}/stomp`, { qos: 2 });
      await before.disconnect();
      const stomp = await StompPeer.connect(server, { headers: SERVICE });
      t.after(() => stomp.disconnect());
      const destination = `/topic/${root}/stomp`;
      await stomp.publish(destination, 'kept', { persistent: 'true' });
      await server.kill();
      await server.restart();
      const back = await connect(t, options);
      const { payload, qos } = await back.first(`${root}/stomp`);
      assert.deepEqual([payload.toString(), qos], ['kept', 2]);
    });
  });
}
