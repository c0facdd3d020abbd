// Three devices of one agent, on two protocols, whose connections break at random moments: in the end they agree.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history, messageFrom, sendByHttp, textFrom } from './conversations.js';
import { newTeam, visitorAt, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { generator, seed } from './seeded-random.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const VISITORS = 3;
const STEPS = 150;

/** Milliseconds that all of it may take on a busy machine. */
const LONG = 120_000;

const server = await serverForThisFile({ env: WITH_ADMIN });

/** A device that may lose its connection and get another one. `connections` has what came on each, in order. */
class Device {
  connections = [];

  constructor(name, open) {
    Object.assign(this, { name, open });
  }

  async connect() {
    this.current = await this.open(this.name);
    this.connections.push(this.current);
  }

  async cut() {
    const { peer } = this.current;
    this.current = undefined;
    await peer.cut();
  }

  /** The entries of a conversation, by connection. */
  entries(topic) {
    return this.connections.map(({ messages }) =>
      messages().filter((message) => message?.thread?.topic === topic && Number.isInteger(message.seq)));
  }
}

const overMqtt = (agent) => async (device) => {
  const peer = await MqttPeer.asAgent(server, agent, { device });
  return {
    peer,
    messages: () => peer.received.map(({ message }) => message),
    say: (message) => peer.send(message),
    end: () => peer.client.end(true),
  };
};

const overStomp = (agent) => async (device) => {
  const peer = await StompPeer.withToken(server, agent, { path: '/ws/agent', device });
  const feed = await peer.subscribe('/user/queue/messages', { ack: 'client' });
  return {
    peer,
    messages: () => feed.messages,
    say: (message) => peer.send(message.thread.topic, message),
    end: () => peer.disconnect(),
  };
};

test('three devices of an agent agree after random cuts', { timeout: LONG }, async (t) => {
  t.diagnostic(`DESKWIRE_E2E_SEED=${seed}`);
  const random = generator(seed);
  const one = (items) => items[Math.floor(random() * items.length)];
  const { ann, workgroup } = await newTeam(server, ['ann'], { capacity: VISITORS });
  const devices = [
    new Device('laptop', overMqtt(ann)),
    new Device('phone', overMqtt(ann)),
    new Device('browser', overStomp(ann)),
  ];
  t.after(() => Promise.all(devices.map(({ current }) => current?.end())));
  await Promise.all(devices.map((device) => device.connect()));
  const visitors = [await visitorAt(server, workgroup, 'V0')];
  const said = new Map();

  for (let step = 0; step < STEPS; step += 1) {
    const visitor = one(visitors);
    const device = one(devices);
    const what = random();
    if (visitors.length < VISITORS && step % 20 === 19) {
      // Whoever is away hears of the new conversation later. Somebody has to be there to get it.
      const [first] = devices;
      await (first.current ?? first.connect());
      visitors.push(await visitorAt(server, workgroup, `V${visitors.length}`));
    } else if (what < 0.2) {
      await (device.current ? device.cut() : device.connect());
    } else if (what < 0.6 || !device.current) {
      const words = textFrom(visitor, visitor.thread, `visitor ${step}`);
      said.set(words.uid, { words, visitor });
      await sendByHttp(server, visitor, words);
    } else if (what < 0.7 && said.size > 0) {
      const [uid, { visitor: speaker }] = one([...said]);
      said.delete(uid);
      await sendByHttp(server, speaker, messageFrom(speaker, speaker.thread, { type: 'RECALL', content: uid }));
    } else {
      await device.current.say(textFrom(ann, visitor.thread, `${device.name} ${step}`));
    }
  }

  await Promise.all(devices.filter(({ current }) => !current).map((device) => device.connect()));
  for (const visitor of visitors) {
    const last = textFrom(visitor, visitor.thread, 'the last words');
    await sendByHttp(server, visitor, last);
    const rows = await history(server, visitor);
    for (const device of devices) {
      const heard = () => device.entries(visitor.topic);
      await until(`the last words on the ${device.name}`, () => heard().flat().some(({ uid }) => uid === last.uid));
      for (const entries of heard()) {
        const seqs = entries.map(({ seq }) => seq);
        assert.deepEqual(seqs, seqs.map((_, index) => seqs[0] + index), `the ${device.name}: one by one`);
      }
      // What was on its way when a connection broke may come again on the next one, and is the same then.
      const bySeq = new Map(heard().flat().map((entry) => [entry.seq, entry]));
      const all = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
      assert.deepEqual(all.map(({ uid, seq, type }) => [uid, seq, type]), rows.map(({ uid, seq, type }) => [uid, seq, type]));
      for (const [index, entry] of all.entries()) {
        const row = rows[index];
        assert.ok(row.status === 'RECALL' || entry.content === row.content, `${device.name}: ${entry.content}`);
      }
    }
  }
});
