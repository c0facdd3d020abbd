// The promise under the worst conditions: the server is killed again and again while fifty conversations go on.
//
// Afterwards every acknowledged message is in its conversation exactly once, the log has no holes, and everyone who
// listened saw one order. A failing run is repeated with the seed it prints: DESKWIRE_E2E_SEED=… npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@stomp/stompjs';
import { dotted } from 'deskwire-examples/protocol.js';
import { history, logInAgent, newConversation, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { Progress } from './progress.js';
import { generator, seed } from './seeded-random.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const CONVERSATIONS = 50;
const MESSAGES = 2_000;
const KILLS = 5;
/** Each conversation has two writers. */
const PER_WRITER = MESSAGES / CONVERSATIONS / 2;
/** How many messages a writer has on the way at once. */
const WINDOW = 3;
/** Milliseconds between two tries to reconnect. */
const RECONNECT = 100;
/** Up to this many milliseconds after the condition for a kill, so that it hits any step of a commit. */
const KILL_JITTER = 10;
/** Five restarts take their time on a slow machine. */
const PATIENCE = 240_000;

/** Sends numbered texts, a few at a time, and each again until it is confirmed. */
class Writer {
  acknowledged = [];
  #unconfirmed = new Map();
  #next = 0;

  /**
   * @param {Progress} progress hears of each confirmation.
   * @param {(number) => object} compose makes the n-th message.
   * @param {(object) => void} transmit sends one.
   */
  constructor(progress, compose, transmit) {
    Object.assign(this, { progress, compose, transmit });
  }

  /** Sends as many new messages as the window allows. */
  proceed() {
    while (this.#unconfirmed.size < WINDOW && this.#next < PER_WRITER) {
      const message = this.compose(this.#next);
      this.#next += 1;
      this.#unconfirmed.set(message.uid, message);
      this.transmit(message);
    }
  }

  /** Sends everything unconfirmed again, in the order it was first sent. */
  repeat() {
    this.#unconfirmed.forEach((message) => this.transmit(message));
    this.proceed();
  }

  confirm(uid) {
    if (this.#unconfirmed.delete(uid)) {
      this.acknowledged.push(uid);
      this.progress.step();
      this.proceed();
    }
  }
}

/** A visitor with a stock client that reconnects by itself, as its documentation recommends. */
class VisitorUnderTest {
  received = [];

  constructor(server, visitor, progress) {
    this.visitor = visitor;
    const destination = `/app/${dotted(visitor.topic)}`;
    this.writer = new Writer(
      progress,
      (number) => textFrom(visitor, visitor.thread, `visitor ${number}`),
      (message) => {
        if (this.client.connected) {
          this.client.watchForReceipt(message.uid, () => this.writer.confirm(message.uid));
          this.client.publish({ destination, body: JSON.stringify(message), headers: { receipt: message.uid } });
        }
      },
    );
    this.client = new Client({
      brokerURL: server.ws('/stomp'),
      connectHeaders: { Authorization: `Bearer ${visitor.accessToken}`, device: 'phone' },
      reconnectDelay: RECONNECT,
      onConnect: () => {
        this.client.subscribe(`/topic/${dotted(visitor.topic)}`, (frame) => this.#receive(frame), { ack: 'client' });
        this.writer.repeat();
      },
    });
    this.client.activate();
  }

  #receive(frame) {
    const { uid } = JSON.parse(frame.body);
    if (frame.headers.seq) {
      this.received.push({ seq: Number(frame.headers.seq), uid });
    }
    frame.ack();
  }
}

/** The agent on its desk: one stock MQTT client, which reconnects by itself, for all conversations. */
class AgentUnderTest {
  #failed = [];

  constructor(agent, desk, progress) {
    Object.assign(this, { agent, desk, progress });
    // The client repeats what it had sent, but gives up what it had only queued when a connection ends.
    desk.client.on('connect', () => this.#failed.splice(0).forEach((retry) => retry()));
  }

  /** Its side of one conversation. */
  writer({ thread }) {
    const writer = new Writer(
      this.progress,
      (number) => textFrom(this.agent, thread, `agent ${number}`),
      (message) =>
        this.desk.send(message, { patience: PATIENCE }).then(
          () => writer.confirm(message.uid),
          () => this.#failed.push(() => writer.transmit(message)),
        ),
    );
    return writer;
  }
}

/** Asserts that a receiver saw a strictly increasing order, and repeats only of what it had seen. */
function assertOneOrder(who, received) {
  const bySeq = new Map();
  let highest = 0;
  for (const { seq, uid } of received) {
    if (bySeq.has(seq)) {
      assert.equal(uid, bySeq.get(seq), `${who}: seq ${seq} names two messages`);
    } else {
      assert.ok(seq > highest, `${who}: seq ${seq} after ${highest}`);
      bySeq.set(seq, uid);
      highest = seq;
    }
  }
  return bySeq;
}

/** Asserts that what a receiver saw is a part of the log without holes, up to the log's end. */
function assertSuffix(who, bySeq, log) {
  const seqs = [...bySeq.keys()];
  const [first] = seqs;
  assert.deepEqual(seqs, seqs.map((_seq, index) => first + index), `${who}: a hole`);
  assert.equal(seqs.at(-1), log.length, `${who}: the end is missing`);
  for (const [seq, uid] of bySeq) {
    assert.equal(uid, log[seq - 1].uid, `${who}: seq ${seq}`);
  }
}

/** Everything the log of a conversation holds, from its first entry. */
async function replay(server, visitor, count) {
  const peer = await StompPeer.withToken(server, visitor, { device: 'auditor' });
  const feed = await peer.follow(visitor.topic, { headers: { 'after-seq': '0' } });
  await until('the whole log', () => feed.messages.filter(({ type }) => type === 'TEXT').length >= count);
  await peer.disconnect();
  return feed.received.filter(({ seq }) => seq).map(({ seq, message }) => ({ seq, uid: message.uid }));
}

/** What a device of the agent heard in a conversation. */
const heardBy = (device, topic) =>
  device
    .in(topic)
    .filter(({ seq }) => seq)
    .map(({ seq, message }) => ({ seq, uid: message.uid }));

const server = await serverForThisFile();

test(`${MESSAGES} messages in ${CONVERSATIONS} conversations survive ${KILLS} kills`, { timeout: PATIENCE }, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const random = generator(seed);
  const agent = await logInAgent(server);
  const desk = await MqttPeer.asAgent(server, agent, { device: 'desk', reconnectPeriod: RECONNECT });
  const watcher = await MqttPeer.asAgent(server, agent, { device: 'watcher', reconnectPeriod: RECONNECT });
  t.after(() => [desk, watcher].forEach(({ client }) => client.end(true)));

  const conversations = [];
  while (conversations.length < CONVERSATIONS) {
    conversations.push(await newConversation(server, `Visitor ${conversations.length}`));
  }
  const progress = new Progress();
  const visitors = conversations.map((visitor) => new VisitorUnderTest(server, visitor, progress));
  t.after(() => visitors.forEach(({ client }) => client.deactivate({ force: true })));
  const side = new AgentUnderTest(agent, desk, progress);
  const agentWriters = conversations.map((visitor) => side.writer(visitor));
  agentWriters.forEach((writer) => writer.proceed());

  // One kill in each fifth of the work.
  for (let kill = 0; kill < KILLS; kill += 1) {
    const moment = Math.floor(((kill + random() * 0.9) / KILLS) * MESSAGES);
    await progress.reaches(moment, PATIENCE);
    await pause(Math.floor(random() * KILL_JITTER));
    t.diagnostic(`kill ${kill + 1} after ${progress.count} acknowledged messages`);
    await server.kill();
    await server.restart();
  }
  await progress.reaches(MESSAGES, PATIENCE);

  for (const [index, { visitor, received }] of visitors.entries()) {
    const { uid, topic } = visitor;
    const confirmed = [...visitors[index].writer.acknowledged, ...agentWriters[index].acknowledged];
    assert.equal(confirmed.length, 2 * PER_WRITER);

    const rows = await history(server, visitor);
    const count = new Map();
    rows.forEach((row) => count.set(row.uid, (count.get(row.uid) ?? 0) + 1));
    const notOnce = confirmed.filter((message) => count.get(message) !== 1);
    assert.deepEqual(notOnce, [], `${uid}: acknowledged, but not exactly once in the history`);
    assert.equal(rows.filter(({ type }) => type === 'TEXT').length, confirmed.length, `${uid}: something extra`);

    const log = await replay(server, visitor, confirmed.length);
    assert.deepEqual(log.map(({ seq }) => seq), log.map((_entry, at) => at + 1), `${uid}: the log has a hole`);

    const listeners = {
      [`visitor ${uid}`]: () => received,
      [`desk for ${uid}`]: () => heardBy(desk, topic),
      [`watcher for ${uid}`]: () => heardBy(watcher, topic),
    };
    for (const [who, heard] of Object.entries(listeners)) {
      await until(`${who} has heard the end`, () => heard().some(({ seq }) => seq === log.length));
      assertSuffix(who, assertOneOrder(who, heard()), log);
    }
  }
});
