// A SockJS session on three nodes behind a balancer that leads each request to another one.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { history, textFrom } from '../conversations.js';
import { newTeam, visitorAt } from '../desk-team.js';
import { RawStomp } from '../raw-stomp.js';
import { SERVICE } from '../service-account.js';
import { HTTP_TRANSPORTS, SOCKJS, SockJsHttp } from '../sockjs-peer.js';
import { until } from '../waiting.js';
import { violations } from './checker.js';
import { Balancer } from './haproxy.js';
import { History } from './history.js';
import { MqttAgent } from './mqtt-client.js';
import { severalNodes, skip, skipAlone } from './several-nodes.js';
import { StompPerson } from './stomp-client.js';

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 120_000;
/** How many messages go each way. */
const MESSAGES = 150;

/** The transports over HTTP that sockjs-client has in Node. */
const STOCK = ['xhr-streaming', 'eventsource', 'xhr-polling'];

/** What a client is told whose session is gone with its node, or with Redis. */
const LOST = 'c[1006,"Server lost session"]';

const several = severalNodes();

describe('SockJS over HTTP without stickiness', { skip }, () => {
  let balancer;
  before(async () => {
    balancer = await Balancer.start(several.cluster.nodes, { hashes: false });
  });
  after(() => balancer?.remove());

  /** How many requests the nodes have relayed so far. */
  async function relayed() {
    const texts = await Promise.all(
      several.cluster.nodes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    const counts = texts.flatMap((text) => [...text.matchAll(/^deskwire_sockjs_relayed_total\{.*\} (\d+)$/gm)]);
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** The node that has a session of SockJS. */
  async function home(sid) {
    const answer = await several.cluster.redis.command(`GET {deskwire}:claim:${SOCKJS}/${sid}`);
    const name = answer.match(/\r\n(\w+)~/)?.[1];
    return several.cluster.nodes.find((node) => node.name === name);
  }

  /** A visitor and an agent who talk until both have everything; `meanwhile` happens in the middle. */
  async function talk(t, transport, meanwhile = async () => {}) {
    const record = new History();
    const { ann, workgroup } = await newTeam(balancer, ['ann']);
    const desk = new MqttAgent({ history: record, server: balancer, name: 'desk', person: ann });
    t.after(() => desk.stop());
    await until('Ann is there', () => desk.client.connected);
    const vera = await visitorAt(balancer, workgroup, 'Vera');
    const { topic } = vera;
    const options = { history: record, server: balancer, name: 'page', person: vera, topic };
    const page = new StompPerson({ ...options, sockjs: [transport] });
    t.after(() => page.stop());
    const numbers = Array.from({ length: MESSAGES }, (_, number) => number);
    const asks = numbers.map((number) => page.send(textFrom(vera, vera.thread, `question ${number}`)));
    const answers = async () => {
      for (const number of numbers) {
        assert.equal(await desk.send(textFrom(ann, vera.thread, `answer ${number}`)), true);
      }
    };
    const half = until('half of it', () => page.reached(topic) >= MESSAGES, LONG).then(() => meanwhile(page));
    const [sent] = await Promise.all([Promise.all(asks), answers(), half]);
    assert.ok(sent.every(Boolean));
    const log = await history(balancer, vera);
    assert.ok(log.length >= 2 * MESSAGES);
    for (const client of [page, desk]) {
      await until(`${client.name} has all`, () => client.reached(topic) >= log.length, LONG);
    }
    const complete = ['page', 'desk'].map((client) => ({ client, conversation: topic }));
    const run = { history: record, logs: new Map([[topic, log]]), complete, agents: new Map([['desk', ann.uid]]) };
    assert.deepEqual(violations(run), []);
  }

  for (const transport of STOCK) {
    test(`sockjs-client over ${transport} talks and hears, in order`, { timeout: LONG }, async (t) => {
      const earlier = await relayed();
      await talk(t, transport);
      assert.ok((await relayed()) > earlier || skipAlone, 'other nodes were asked');
    });
  }

  for (const transport of HTTP_TRANSPORTS) {
    test(`${transport} by hand brings everything back, in order`, { timeout: LONG }, async (t) => {
      const carrier = await new SockJsHttp(balancer).run(transport);
      t.after(() => carrier.destroy());
      const stomp = new RawStomp(carrier);
      await stomp.connect({ 'accept-version': '1.2', host: 'a', ...SERVICE });
      const destination = `/topic/sockjs.${transport.replace('_', '-')}`;
      await stomp.confirmed('SUBSCRIBE', { id: '0', destination });
      const texts = Array.from({ length: MESSAGES }, (_, number) => `${transport} ${number}`);
      for (const text of texts) {
        stomp.send('SEND', { destination }, text);
      }
      const heard = () => stomp.frames.filter(({ command }) => command === 'MESSAGE').map(({ body }) => String(body));
      await until('all of it', () => heard().length >= texts.length, LONG);
      assert.deepEqual(heard(), texts);
      assert.equal(carrier.closeCode, undefined);
    });
  }

  /** A new session, and the same session as a node that does not have it sees it. */
  async function abroad() {
    const session = new SockJsHttp(balancer);
    assert.deepEqual((await session.poll()).frames, ['o']);
    const node = await home(session.sid);
    const other = several.cluster.nodes.find((candidate) => candidate !== node);
    return { node, other, session: new SockJsHttp(other, { sid: session.sid }) };
  }

  const relaysNow = (node, count) =>
    until(`${node.name} relays ${count}`, async () =>
      (await (await fetch(`${node.url}/metrics`)).text()).includes(`\ndeskwire_sockjs_relaying ${count}\n`),
    );

  test('a client that leaves another node ends its session, whose name is free', { skip: skipAlone }, async () => {
    const { other, session } = await abroad();
    const stream = session.receive('xhr_streaming');
    await stream.answered;
    await relaysNow(other, 1);
    stream.abort();
    await until('its name is free', async () => !(await home(session.sid)));
    await relaysNow(other, 0);
    assert.equal((await session.post(['x'])).status, 404);
  });

  test('the node of a session dies: another one tells its client', { skip: skipAlone, timeout: LONG }, async () => {
    const { node, other, session } = await abroad();
    const poll = session.poll();
    await relaysNow(other, 1);
    await node.kill();
    assert.deepEqual((await poll).frames, [LOST]);
    assert.equal((await session.post(['x'])).status, 404);
    assert.deepEqual((await session.poll()).frames, [LOST], 'it is told again');
  });

  for (const transport of STOCK) {
    test(`over ${transport} nothing is missed when the node of the session dies`, { skip: skipAlone, timeout: LONG }, async (t) => {
      await talk(t, transport, async (page) => {
        // `…/{server}/{session}`: sockjs-client makes the name up.
        const sid = page.client.webSocket._transport.url.split('/').at(-1);
        const node = await home(sid);
        await node.kill();
        await balancer.sees({ [node.name]: 'DOWN' });
      });
    });
  }

  test('nothing is missed while one node after the other is restarted', { skip: skipAlone, timeout: LONG }, async (t) => {
    await talk(t, 'xhr-streaming', () => several.cluster.rollingRestart());
  });

  test('without Redis sessions elsewhere end, and go on when it is back', { skip: skipAlone, timeout: LONG }, async (t) => {
    const { other, session } = await abroad();
    const poll = session.poll();
    await relaysNow(other, 1);
    await talk(t, 'xhr-streaming', async () => {
      await several.cluster.redis.kill();
      assert.deepEqual((await poll).frames, [LOST]);
      assert.equal((await session.post(['x'])).status, 404);
      await several.cluster.heal();
    });
  });
});
