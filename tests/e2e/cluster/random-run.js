// One random run: its people, what they do, and what happens meanwhile.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { call, Refused } from 'deskwire-examples/rest.js';
import { history as logOf, messageFrom, textFrom, unreadCount } from '../conversations.js';
import { newTeam, post, visitorAt } from '../desk-team.js';
import { Progress } from '../progress.js';
import { until } from '../waiting.js';
import { befall, kindsOf, schedule } from './faults.js';
import { History } from './history.js';
import { HttpVisitor, sendSurely, surely } from './http-client.js';
import { MqttAgent } from './mqtt-client.js';
import { ownersOf, timersFired } from './ownership.js';
import { Probe } from './probe.js';
import { StompPerson } from './stomp-client.js';

/** Visitors of each kind. */
const OF_EACH_KIND = 2;
/** Operations on their way at once; what hangs in a fault must not stop all others. */
const AT_ONCE = 24;
/** Operations that begin in a second, so that people do something all through the faults. */
const PACE = 12;
/** What an agent can take: all visitors, and the probe's. */
const CAPACITY = 50;
/** Seconds that an order card waits for its buyer, who never comes, and an offer to transfer for its answer. */
const CARD_S = 3;
const OFFER_S = 4;
/** Milliseconds without room for another operation, after which the run is stuck. */
const STUCK = 300_000;
/** Milliseconds for everything that is on its way to arrive when all is healed. */
const SETTLING = 120_000;
/** Milliseconds between two looks into the database. */
const LOOKING = 1_000;

/** Who has which conversation, and how many each agent has. */
const OWNERS = 'SELECT topic, fence, status, agent FROM conversation';
const LOADS = `SELECT a.uid, a.capacity, count(*) AS open
  FROM agent a JOIN conversation c ON c.agent = a.uid AND c.status = 'CHATTING' GROUP BY 1, 2`;
/** Both, at one moment. */
const LOOK = `SELECT (SELECT json_agg(o) FROM (${OWNERS}) o) AS owners, (SELECT json_agg(l) FROM (${LOADS}) l) AS loads`;

/** Happenings of a conversation that is told of. */
const TOLD = 400;

/** How often people do what, as shares. */
const SHARES = {
  say: 36,
  answer: 18,
  repeat: 10,
  read: 12,
  transfer: 5,
  close: 3,
  card: 2,
  reconnect: 10,
  reopen: 4,
};

/** A log as lines to read. */
const told = (entries) =>
  entries.map(({ seq, uid, type, user, extra }) => `${seq} ${type} ${uid} of ${user?.uid} ${extra ?? ''}`).join('\n');

export class Run {
  history = new History();
  #cluster;
  #random;
  #team;
  #visitors = [];
  #agents = [];
  #probe;
  #said = [];
  #done = {};
  #doing = new Map();
  #progress = new Progress();
  #over = false;

  /** Makes the people and connects them. */
  static async prepare(cluster, random) {
    const run = new Run();
    run.#cluster = cluster;
    run.#random = random;
    const { balancer: server } = cluster;
    const { history } = run;
    run.#team = await newTeam(server, ['ann', 'bob'], { capacity: CAPACITY, settings: { transferTimeoutS: OFFER_S } });
    const { ann, bob, workgroup } = run.#team;
    run.#agents = [
      { ...ann, client: new MqttAgent({ history, server, name: 'annDesk', person: ann }) },
      { ...bob, client: new StompPerson({ history, server, name: 'bobDesk', person: bob, path: '/ws/agent' }) },
    ];
    await until('the agents are connected', () => run.#agents.every(({ client }) => client.client.connected));
    const kinds = {
      page: (options) => new StompPerson(options),
      shop: (options) => new StompPerson({ ...options, sockjs: ['xhr-streaming'] }),
      app: (options) => new HttpVisitor(options),
    };
    for (const [kind, open] of Object.entries(kinds)) {
      for (let number = 1; number <= OF_EACH_KIND; number += 1) {
        const person = await visitorAt(server, workgroup, `${kind}${number}`);
        const client = open({ history, server, name: `${kind}${number}`, person, topic: person.topic });
        run.#visitors.push({ ...person, client });
      }
    }
    run.#probe = await Probe.start(cluster);
    return run;
  }

  /** Does so many operations while so many faults come, and waits until all is answered. Resolves with the recoveries. */
  async go(operations, faults) {
    const misfortunes = this.#befallen(operations, faults).catch((error) => {
      this.failure ??= error;
      return [];
    });
    const looking = this.#look();
    const began = performance.now();
    for (let number = 0; number < operations; number += 1) {
      await until('there is room for another operation', () => this.#doing.size < AT_ONCE || this.failure, STUCK);
      if (this.failure) {
        break;
      }
      await pause(Math.max(0, began + (number * 1_000) / PACE - performance.now()));
      const name = this.#next();
      const doing = this.#do(name).catch((error) => (this.failure ??= error));
      this.#doing.set(doing, { name, since: performance.now() });
      doing.finally(() => this.#doing.delete(doing));
      this.#progress.step();
    }
    const recoveries = await misfortunes;
    this.#over = true;
    await (this.failure ? looking : Promise.all([...this.#doing.keys(), looking]));
    if (this.failure) {
      throw this.failure;
    }
    return recoveries;
  }

  /** What is judged: once everybody has everything. */
  async result() {
    const logs = new Map();
    for (const visitor of this.#visitors) {
      logs.set(visitor.topic, await this.#settledLog(visitor));
    }
    const complete = this.#visitors.map(({ client, topic }) => ({ client: client.name, conversation: topic }));
    const agents = new Map(this.#agents.map(({ client, uid }) => [client.name, uid]));
    for (const [conversation, entries] of logs) {
      for (const { client, uid } of this.#agents) {
        // Whoever was away when it was passed on has no more to do with it, and is told no more of it.
        if (ownersOf(entries).at(-1) === uid) {
          const what = `${client.name} has all of ${conversation}`;
          await until(what, () => client.reached(conversation) >= entries.length, SETTLING).catch((error) => {
            throw new Error(`${error.message}\n${this.tell(conversation, entries)}`);
          });
          complete.push({ client: client.name, conversation });
        }
      }
    }
    assert.equal(this.#agents[0].client.forgotten, false, 'a kept MQTT session was forgotten');
    return { history: this.history, logs, complete, agents };
  }

  /** What was done, in numbers. */
  summary() {
    const counts = ['sent', 'acknowledged', 'begun', 'received', 'read', 'owned'].map(
      (kind) => `${this.history.of(kind).length} ${kind}`,
    );
    return `done: ${JSON.stringify(this.#done)}; noted: ${counts.join(', ')}`;
  }

  /** What happened to a conversation, and its log. */
  tell(conversation, entries) {
    return `${conversation}:\n${told(entries)}\n${this.history.tell(conversation, TOLD)}`;
  }

  /** Who still waits for what, for a run that does not end. */
  unfinished() {
    const now = performance.now();
    const people = [...this.#visitors, ...this.#agents].map(({ client }) => {
      const state = client.client && (client.client.connected ? 'connected' : 'not connected');
      return [client.name, state, client.waiting && `${client.waiting} wait`, client.problem].filter(Boolean).join(' ');
    });
    const doing = [...this.#doing.values()].map(({ name, since }) => `${name} for ${(now - since).toFixed(0)} ms`);
    return `after ${now.toFixed(0)} ms, on their way: ${doing.join(', ') || 'nothing'}; ${people.join('; ')}`;
  }

  async stop() {
    this.#over = true;
    await Promise.all([...this.#visitors, ...this.#agents].map(({ client }) => client.stop()));
    await this.#probe?.stop();
  }

  async #befallen(operations, faults) {
    const kinds = schedule(Object.keys(kindsOf(this.#cluster)), faults, this.#random);
    const recoveries = [];
    for (const [number, kind] of kinds.entries()) {
      await this.#progress.reaches(Math.floor(((number + this.#random() * 0.5) / faults) * operations), STUCK);
      recoveries.push(await befall(this.#cluster, kind, { random: this.#random, probe: this.#probe }));
    }
    return recoveries;
  }

  /** The name of an operation, chosen by chance. */
  #next() {
    let left = this.#random() * Object.values(SHARES).reduce((sum, share) => sum + share);
    return Object.keys(SHARES).find((key) => (left -= SHARES[key]) < 0);
  }

  #do(name) {
    this.#done[name] = (this.#done[name] ?? 0) + 1;
    return OPERATIONS[name]({
      visitor: this.#any(this.#visitors),
      agent: this.#any(this.#agents),
      any: (list) => this.#any(list),
      run: this,
      server: this.#cluster.balancer,
      said: this.#said,
    });
  }

  #any(list) {
    return list[Math.floor(this.#random() * list.length)];
  }

  get agents() {
    return this.#agents;
  }

  /** Watches owners and loads in the database, where it is one that several can read. */
  async #look() {
    const { postgres } = this.#cluster;
    while (postgres && !this.#over) {
      const [{ owners, loads } = {}] = await postgres.query(LOOK).catch(() => []);
      owners?.forEach(({ topic, fence, agent }) => this.history.owned({ conversation: topic, fence, owner: agent }));
      loads?.forEach(({ uid, capacity, open }) => this.history.loaded({ agent: uid, open, capacity }));
      await pause(LOOKING);
    }
  }

  /** The log once no timer is to fire any more and the visitor has all of it; the same from every node. */
  async #settledLog(visitor) {
    const { client, topic } = visitor;
    const read = () => logOf(this.#cluster.balancer, visitor);
    const isOver = (log) => timersFired({ logs: new Map([[topic, log]]) }).length === 0;
    // A timer that never fires is for the checker to find.
    await until('all timers have fired', async () => isOver(await read()), SETTLING).catch(() => {});
    const log = await read();
    for (const node of this.#cluster.nodes) {
      const uids = (await logOf(node, visitor)).map(({ uid }) => uid);
      assert.deepEqual(uids, log.map(({ uid }) => uid), `${node.name} has another log of ${topic}`);
    }
    const unread = await Promise.all(this.#cluster.nodes.map((node) => unreadCount(node, visitor)));
    assert.deepEqual(unread, unread.map(() => unread[0]), `what ${client.name} has not read is not the same on all nodes`);
    await until(`${client.name} has all of its log`, () => client.reached(topic) >= log.length, SETTLING);
    return log;
  }
}

/** POSTs until it is answered; what is refused was not to be, as somebody else was faster. */
const ask = (server, person, path, body) =>
  surely(() => post(server, person, path, body)).catch((error) => {
    if (!(error instanceof Refused)) {
      throw error;
    }
  });

/** Who seems to have a conversation, from what somebody at the desk would see. */
const servedBy = async (server, agent) => {
  const page = await surely(() => call(server.url, '/api/v1/thread/query', { token: agent.accessToken, query: { pageSize: 50 } }));
  return page.content.filter(({ status }) => status === 'CHATTING');
};

const OPERATIONS = {
  async say({ visitor, said }) {
    const message = textFrom(visitor, visitor.thread, 'a question');
    if (await visitor.client.send(message)) {
      said.push({ visitor, message });
    }
  },

  async answer({ agent, any, server }) {
    const thread = any(await servedBy(server, agent));
    if (thread) {
      await agent.client.send(textFrom(agent, thread, 'an answer'));
    }
  },

  /** The same message again, over HTTP, as of a client that did not hear the answer. */
  async repeat({ said, any, run, server }) {
    const earlier = any(said);
    if (earlier) {
      const { visitor, message } = earlier;
      const options = { history: run.history, server, name: visitor.client.name, person: visitor, via: 'http again' };
      await sendSurely({ ...options, path: '/visitor/api/v1/message/send' }, message);
      await visitor.client.send(message);
    }
  },

  /** Only what somebody has is read: the server takes that for delivered to the device, and does not send it there again. */
  async read({ visitor, agent, any, server, run }) {
    const { content: rows } = await surely(() =>
      call(server.url, '/visitor/api/v1/message/thread/topic', {
        token: visitor.accessToken,
        query: { topic: visitor.topic, uid: visitor.uid, pageSize: 10 },
      }),
    );
    const reader = any([visitor, ...run.agents.filter(({ uid }) => uid === agent.uid)]);
    const row = any(rows.filter(({ seq }) => seq <= reader.client.reached(visitor.topic)));
    if (row) {
      await reader.client.send(messageFrom(reader, visitor.thread, { type: 'READ', content: row.uid }), { kept: false });
    }
  },

  async transfer({ agent, any, run, server }) {
    const thread = any(await servedBy(server, agent));
    const colleague = run.agents.find(({ uid }) => uid !== agent.uid);
    if (thread) {
      const offer = messageFrom(agent, thread, { type: 'TRANSFER', content: JSON.stringify({ agentUid: colleague.uid }) });
      if (await agent.client.send(offer)) {
        const answer = any(['accept', 'accept', 'reject', undefined]);
        if (answer) {
          await ask(server, colleague, `/api/v1/thread/transfer/${answer}`, { topic: thread.topic, uid: offer.uid });
        }
      }
    }
  },

  async close({ visitor, agent, any, server }) {
    const thread = any(await servedBy(server, agent));
    if (any([true, false])) {
      await ask(server, visitor, '/visitor/api/v1/thread/close', { topic: visitor.topic });
    } else if (thread) {
      await ask(server, agent, '/api/v1/thread/close', { topic: thread.topic });
    }
  },

  async reopen({ visitor, server }) {
    const [, type, service] = visitor.topic.split('/');
    assert.equal(type, 'workgroup');
    await ask(server, visitor, '/visitor/api/v1/thread', { uid: visitor.uid, orgUid: visitor.orgUid, type: '1', sid: service });
  },

  async card({ agent, any, server }) {
    const thread = any(await servedBy(server, agent));
    if (thread) {
      const content = JSON.stringify({ name: 'Deposit', price: '9.9', countdownSeconds: CARD_S });
      await agent.client.send(messageFrom(agent, thread, { type: 'ORDER_CARD', content }));
    }
  },

  async reconnect({ visitor, agent, any }) {
    any([visitor, agent]).client.reconnect();
  },
};
