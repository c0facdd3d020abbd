// Agents and visitors over MQTT: conversations in each version, and how each version says no.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeMessage, dotted } from 'deskwire-examples/protocol.js';
import { history, logInAgent, newConversation, newVisitor, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { newClientId, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const NOT_AUTHORIZED = 0x87;

const server = await serverForThisFile({ env: { ...WITH_SERVICE, DESKWIRE__DESK__AGENT_CAPACITY: '1000' } });

/** The demo agent on a device of its own, until the test ends. */
async function agentDesk(t, options = {}) {
  const agent = await logInAgent(server);
  const device = newClientId().split('/').at(-1);
  const desk = await MqttPeer.asAgent(server, agent, { clean: true, device, ...options });
  t.after(() => desk.client.end(true));
  return { agent, desk };
}

/** What the server says to the agent alone, when it has no other way to refuse a message. */
const errorsOn = (desk, agent) =>
  desk
    .in(`user/${agent.uid}`)
    .map(({ payload }) => decodeMessage(payload))
    .filter(({ type }) => type === 'ERROR');

for (const protocolVersion of [4, 5]) {
  const version = protocolVersion === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
  const lasting = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 600 } } : {};

  describe(version, () => {
    test('an agent and a visitor talk, and a device that was away gets what it missed', async (t) => {
      const { agent, desk } = await agentDesk(t, { protocolVersion, clean: false, ...lasting });
      const visitor = await newConversation(server);
      const browser = await StompPeer.asVisitor(server, visitor);
      t.after(() => browser.disconnect());
      const feed = await browser.follow(visitor.topic);
      const hello = textFrom(visitor, visitor.thread, 'hello');
      await browser.send(visitor.topic, hello);
      const heard = await desk.item('hello', ({ uid }) => uid === hello.uid);
      assert.deepEqual([heard.topic, heard.packet.qos], [visitor.topic, 1]);
      for (const qos of [0, 1, 2]) {
        const answer = textFrom(agent, visitor.thread, `answer ${qos}`);
        await desk.send(answer, { qos });
        assert.equal((await feed.message(answer.uid)).content, `answer ${qos}`);
        await desk.message(answer.uid);
      }
      await desk.disconnect();
      const missed = ['one', 'two'].map((content) => textFrom(visitor, visitor.thread, content));
      for (const message of missed) {
        await browser.send(visitor.topic, message);
      }
      await server.kill();
      await server.restart();
      const { clientId } = desk.client.options;
      const again = await MqttPeer.asAgent(server, agent, { protocolVersion, clientId, ...lasting });
      t.after(() => again.client.end(true));
      assert.equal(again.connack.sessionPresent, true);
      await again.message(missed[1].uid);
      const texts = again.in(visitor.topic).filter(({ message }) => message.type === 'TEXT');
      assert.deepEqual(texts.map(({ message }) => message.content), ['one', 'two']);
      const rows = await history(server, visitor);
      assert.equal(rows.filter(({ type }) => type === 'TEXT').length, 6);
    });

    test('a SUBSCRIBE is granted filter by filter', async (t) => {
      const { agent, desk } = await agentDesk(t, { protocolVersion });
      const answer = desk.next('suback');
      desk.client.subscribe(['prices/eur', `user/${agent.uid}`], { qos: 1 }, () => {});
      assert.deepEqual((await answer).granted, [protocolVersion === 5 ? NOT_AUTHORIZED : 0x80, 1]);
      assert.equal(desk.client.connected, true);
    });

    test('a visitor has no place on live topics', async (t) => {
      const { uid, accessToken } = await newVisitor(server);
      const options = { protocolVersion, clean: true, clientId: `${uid}/web/phone`, username: uid, password: accessToken };
      const peer = await MqttPeer.connect(server, options);
      t.after(() => peer.client.end(true));
      await assert.rejects(peer.subscribe('prices/eur'), ({ code }) => code >= 0x80);
      const robot = await StompPeer.connect(server, { headers: { login: 'robot', passcode: 'robot-secret' } });
      t.after(() => robot.disconnect());
      const feed = await robot.subscribe(`/topic/${dotted('prices/#')}`, { json: false });
      await peer.publish('prices/eur', '0').catch(({ code }) => assert.equal(code, NOT_AUTHORIZED));
      await robot.publish('/topic/prices/usd', 'end');
      await until('the end', () => feed.received.length > 0);
      assert.deepEqual(feed.received.map(({ frame }) => frame.body), ['end']);
    });
  });
}

describe('a message that is refused', () => {
  for (const { title, protocolVersion, qos } of [
    { title: 'MQTT 3.1.1, QoS 1: is acknowledged', protocolVersion: 4, qos: 1 },
    { title: 'MQTT 3.1.1, QoS 2: is acknowledged', protocolVersion: 4, qos: 2 },
    { title: 'MQTT 5, QoS 0: has no answer', protocolVersion: 5, qos: 0 },
  ]) {
    test(`${title}, and its sender is told on a topic of its own`, async (t) => {
      const { agent, desk } = await agentDesk(t, { protocolVersion });
      const visitor = await newConversation(server);
      const sent = textFrom(agent, { ...visitor.thread, topic: 'org/agent/nobody/nothing' }, 'lost');
      await desk.send(sent, { qos });
      const [told] = await until('the ERROR', () => errorsOn(desk, agent).length > 0 && errorsOn(desk, agent));
      assert.match(told.content, /\w{3,}/);
      assert.equal(JSON.parse(told.extra).uid, sent.uid);
      assert.equal(desk.client.connected, true);
    });
  }

  for (const qos of [1, 2]) {
    test(`MQTT 5, QoS ${qos}: is answered with the reason, and with nothing else`, async (t) => {
      const { agent, desk } = await agentDesk(t, { protocolVersion: 5 });
      const answer = desk.next(qos === 1 ? 'puback' : 'pubrec');
      await assert.rejects(desk.publish('prices/eur', '1.08', { qos }), ({ code }) => code === NOT_AUTHORIZED);
      const { reasonCode, properties } = await answer;
      assert.equal(reasonCode, NOT_AUTHORIZED);
      assert.match(properties.reasonString, /\w{3,}/);
      const visitor = await newConversation(server);
      const sent = textFrom(agent, visitor.thread, 'goes on');
      await desk.send(sent, { qos });
      await desk.message(sent.uid);
      assert.deepEqual(errorsOn(desk, agent), []);
    });
  }

  test('MQTT 5: who wants no problem information gets codes only', async (t) => {
    const { desk } = await agentDesk(t, { protocolVersion: 5, properties: { requestProblemInformation: false } });
    const answer = desk.next('puback');
    await assert.rejects(desk.publish('prices/eur', '1.08'), ({ code }) => code === NOT_AUTHORIZED);
    const { properties = {} } = await answer;
    assert.deepEqual([properties.reasonString, properties.userProperties], [undefined, undefined]);
  });
});
