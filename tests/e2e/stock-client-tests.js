// What every stock client must be able to do on every transport: the tests are the same, the client differs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logInAgent, newConversation, textFrom } from './conversations.js';
import { MqttPeer } from './mqtt-peer.js';

/** More than stompjs 2.3.3 and webstomp-client put into one WebSocket message. */
const LARGE = 20_000;

/** Characters that some step on the way might cut, escape or lose: above U+FFFF, NUL, separators of JavaScript, `%`. */
const UNICODE = 'ü 你好 👋 𝄞 \u{10ffff} \u0000 \u2028 \u200c \ufeff %41 100% "\\ \r\n\t';

/** One agent serves all the conversations of a file. */
export const FOR_ONE_AGENT = { DESKWIRE__DESK__AGENT_CAPACITY: '1000' };

/** The demo agent, connected by MQTT until the tests are over. */
export async function agentOnline(server) {
  const identity = await logInAgent(server);
  return Object.assign(await MqttPeer.asAgent(server, identity), identity);
}

/**
 * Declares the tests.
 *
 * @param {object} given
 * @param {string} given.client names the client and its transport in the titles.
 * @param {() => {server: import('./harness.js').Server, agent: object}} given.world what `agentOnline` gave, when it is there.
 * @param {(visitor: object, options?: {headers: Record<string, string>}) => Promise<object>} given.connect makes a peer
 *   of the visitor, whose token is in the URL, with these headers of CONNECT.
 */
export function testStockClient({ client, world, connect }) {
  /** A visitor in a new conversation, connected. */
  async function online(t, options) {
    const visitor = await newConversation(world().server);
    const peer = await connect(visitor, options);
    t.after(() => peer.disconnect());
    return { visitor, peer };
  }

  /** Sends `content` from both sides and asserts that it arrives at both as it was. */
  async function exchange(t, content) {
    const { agent } = world();
    const { visitor, peer } = await online(t);
    const feed = await peer.follow(visitor.topic);
    const question = textFrom(visitor, visitor.thread, content);
    await peer.send(visitor.topic, question);
    assert.equal((await feed.message(question.uid)).content, content, 'the echo');
    assert.equal((await agent.message(question.uid)).content, content, 'at the agent');
    const answer = textFrom(agent, visitor.thread, content);
    await agent.send(answer);
    assert.equal((await feed.message(answer.uid)).content, content, 'the answer');
    return { visitor, peer, feed };
  }

  test(`${client}: the token of the URL is who it is, and both sides talk`, async (t) => {
    const { visitor, peer } = await exchange(t, 'hello');
    assert.equal(peer.connectedFrame.headers['user-name'], visitor.uid);
    assert.deepEqual(peer.errors, []);
  });

  test(`${client}: frames of 20 KB`, (t) => exchange(t, 'y'.repeat(LARGE)));

  test(`${client}: every character of Unicode`, (t) => exchange(t, UNICODE));

  test(`${client}: many messages keep their order`, async (t) => {
    const { visitor, peer } = await online(t);
    const feed = await peer.follow(visitor.topic);
    const sent = Array.from({ length: 50 }, (_, index) => textFrom(visitor, visitor.thread, `m${index}`));
    await Promise.all(sent.map((message) => peer.send(visitor.topic, message)));
    await feed.message(sent.at(-1).uid);
    assert.deepEqual(
      feed.messages.map(({ uid }) => uid),
      sent.map(({ uid }) => uid),
    );
  });

  test(`${client}: a client that comes back gets what it has not acknowledged, and what it missed`, async (t) => {
    const { agent } = world();
    const device = { headers: { device: 'phone' } };
    const { visitor, peer } = await online(t, device);
    const says = async (content) => {
      const message = textFrom(agent, visitor.thread, content);
      await agent.send(message);
      return message;
    };
    const feed = await peer.follow(visitor.topic, { ack: 'client', acknowledge: false });
    const [one, two] = [await says('one'), await says('two')];
    await feed.message(two.uid);
    feed.received.find(({ message }) => message.uid === one.uid).frame.ack();
    // What is acted on behind the ACK shows that the ACK was acted on.
    await peer.send(visitor.topic, textFrom(visitor, visitor.thread, 'three'));
    await peer.cut();
    const four = await says('four');

    const again = await connect(visitor, device);
    t.after(() => again.disconnect());
    const resumed = await again.follow(visitor.topic, { ack: 'client' });
    await resumed.message(four.uid);
    const texts = resumed.messages.filter(({ type }) => type === 'TEXT').map(({ content }) => content);
    assert.deepEqual(texts, ['two', 'three', 'four']);
  });

  test(`${client}: a refusal is told, then the connection ends`, async (t) => {
    const { peer } = await online(t);
    await assert.rejects(peer.subscribe('/topic/not/mine'), /\w{3,}/);
    await peer.closed;
    assert.equal(peer.errors.length, 1);
  });
}
