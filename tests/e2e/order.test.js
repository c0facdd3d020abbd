// Many at once: nothing is lost, doubled or reordered, per publisher and receiver.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { dotted } from 'deskwire-examples/protocol.js';
import { logInAgent, newConversation } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { RawStomp, stompFrame } from './raw-stomp.js';
import { rawService, WITH_SERVICE } from './service-account.js';
import { FOR_ONE_AGENT } from './stock-client-tests.js';
import { until } from './waiting.js';

const CONNECTIONS = 50;
const PUBLISHERS = 100;
const MESSAGES = 1000;
const RECEIVERS = 3;

/** Messages that each publisher sends before it lets the others go on: the connections take turns often. */
const BURST = 20;

/** Milliseconds that a debug build may take for all of it on a busy machine. */
const LONG = 120_000;

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    ...FOR_ONE_AGENT,
    // A live topic cuts a reader who is behind; here readers may be behind by everything.
    DESKWIRE__LIMITS__OUTBOX_BYTES: String(64 * 1024 * 1024),
    DESKWIRE__LIMITS__VISITOR_MESSAGES_PER_SECOND: '100000',
  },
});
let agent;

before(async () => {
  agent = await logInAgent(server);
});

/** Asserts that `labels`, each `publisher:number`, has all of every publisher in order. */
function assertAllInOrder(labels, publishers, messages, who) {
  const last = new Map();
  for (const label of labels) {
    const [publisher, number] = label.split(':').map(Number);
    assert.equal(number, (last.get(publisher) ?? -1) + 1, `${who}: message of publisher ${publisher}`);
    last.set(publisher, number);
  }
  assert.equal(labels.length, publishers * messages, who);
}

test(
  `live: ${PUBLISHERS} publishers on ${CONNECTIONS} connections, ${MESSAGES} messages each`,
  { timeout: LONG },
  async (t) => {
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => rawService(t, server)));
    const receivers = await Promise.all(Array.from({ length: RECEIVERS }, () => rawService(t, server)));
    for (const receiver of receivers) {
      await receiver.subscribe('s', '/topic/order/x');
    }
    for (let begin = 0; begin < MESSAGES; begin += BURST) {
      for (let publisher = 0; publisher < PUBLISHERS; publisher += 1) {
        const frames = Array.from({ length: BURST }, (_, index) =>
          stompFrame('SEND', { destination: '/topic/order/x' }, `${publisher}:${begin + index}`),
        );
        connections[publisher % CONNECTIONS].write(frames.join(''));
      }
    }
    const received = ({ frames }) => frames.length - 2; // CONNECTED and the RECEIPT
    for (const receiver of receivers) {
      await until('all messages', () => received(receiver) >= PUBLISHERS * MESSAGES || receiver.gone, LONG);
    }
    // Whatever came twice would be here by now: each publisher's connection has been heard to its end.
    await Promise.all(
      connections.map((connection) => connection.confirmed('SEND', { destination: '/topic/order/end' }, '')),
    );
    for (const [index, receiver] of receivers.entries()) {
      await receiver.confirmed('SEND', { destination: '/topic/order/end' }, '');
      assertAllInOrder(receiver.bodiesOf('s'), PUBLISHERS, MESSAGES, `receiver ${index}`);
    }
  },
);

test('conversations: 10 visitors and their agent, 4 devices each, 100 messages each', { timeout: LONG }, async (t) => {
  const [VISITORS, DEVICES, EACH] = [10, 4, 100];
  const open = async (headers) => {
    const raw = await RawStomp.open(server);
    t.after(() => raw.destroy());
    await raw.connect({ 'accept-version': '1.2', ...headers });
    return raw;
  };
  const desk = await open({ Authorization: `Bearer ${agent.accessToken}` });
  const conversations = await Promise.all(
    Array.from({ length: VISITORS }, async (_, index) => {
      const visitor = await newConversation(server);
      const destination = `/topic/${dotted(visitor.topic)}`;
      const devices = await Promise.all(
        Array.from({ length: DEVICES }, (_, device) => open({ login: visitor.uid, device: `device${device}` })),
      );
      for (const raw of devices) {
        await raw.subscribe('s', destination, { 'after-seq': '0' });
      }
      await desk.subscribe(`s${index}`, destination, { 'after-seq': '0' });
      return { visitor, devices, id: `s${index}` };
    }),
  );
  // Publisher 0 is the agent, the others are the visitor's devices.
  for (let number = 0; number < EACH; number += 1) {
    for (const { visitor, devices } of conversations) {
      for (const [publisher, raw] of [desk, ...devices].entries()) {
        const uid = `${visitor.uid}-${publisher}-${number}`;
        const body = JSON.stringify({ uid, type: 'TEXT', content: `${publisher}:${number}` });
        raw.send('SEND', { destination: `/app/${dotted(visitor.topic)}` }, body);
      }
    }
  }
  const texts = (raw, id) =>
    raw
      .bodiesOf(id)
      .map((body) => JSON.parse(body))
      .filter(({ type }) => type === 'TEXT');
  const expected = (DEVICES + 1) * EACH;
  for (const { devices, id } of conversations) {
    const orders = [];
    for (const [raw, subscription] of [[desk, id], ...devices.map((device) => [device, 's'])]) {
      await until(
        'all texts',
        () => raw.messagesOf(subscription).length >= expected && texts(raw, subscription).length >= expected,
        LONG,
      );
      const received = texts(raw, subscription);
      assertAllInOrder(
        received.map(({ content }) => content),
        DEVICES + 1,
        EACH,
        subscription,
      );
      const seqs = received.map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        seqs.map((_, index) => seqs[0] + index),
        'no hole',
      );
      orders.push(received.map(({ uid }) => uid));
    }
    for (const order of orders) {
      assert.deepEqual(order, orders[0], 'one order for all');
    }
  }
});
