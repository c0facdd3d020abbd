// Those who run the cluster see and reach all of it from any node, and from its machine.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { history, newVisitor, sendByHttp, textFrom } from '../conversations.js';
import { get, logIn, newTeam, post, visitorAt } from '../desk-team.js';
import { binary } from '../harness.js';
import { MqttPeer } from '../mqtt-peer.js';
import { callPush, push } from '../pushes.js';
import { SERVICE } from '../service-account.js';
import { StompPeer } from '../stomp-peer.js';
import { until } from '../waiting.js';
import { opened, severalNodes, skipAlone } from './several-nodes.js';

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 90_000;

/** Long enough that the balancer looks while connections end. */
const several = severalNodes({ env: { DESKWIRE__LIMITS__DRAIN_SPREAD_MS: '6000' } });
const run = promisify(execFile);

/** What `deskwire cluster status` says on the machine of a node: `{code, out}`. */
async function status(node, ...args) {
  try {
    const { stdout } = await run(binary(), ['cluster', 'status', '--data', node.data, ...args]);
    return { code: 0, out: stdout };
  } catch (error) {
    return { code: error.code, out: `${error.stdout}${error.stderr}` };
  }
}

const nodesOf = (node, admin) => get(node, admin, '/api/v1/ops/nodes');

describe('operating three nodes', { skip: skipAlone }, () => {
  let [one, two, three] = [];
  before(() => {
    [one, two, three] = several.nodes;
  });

  test('each node lists all of them, and how they are', { timeout: LONG }, async (t) => {
    const admin = await logIn(one, 'admin');
    await opened(t, StompPeer.connect(two, { headers: SERVICE }));
    for (const node of [one, two, three]) {
      const { bus, nodes } = await nodesOf(node, admin);
      assert.equal(bus, 'UP');
      assert.deepEqual(nodes.map(({ name }) => name).sort(), ['n1', 'n2', 'n3']);
      assert.equal(nodes[0].name, node.name, 'who is asked is the first');
      for (const { name, missing, standing } of nodes) {
        assert.deepEqual([missing, standing.readiness, standing.bus, standing.store.kind, standing.store.up], [false, 'READY', 'UP', 'postgresql', true], name);
        assert.ok(standing.listeners.includes(several.cluster.nodes.find((other) => other.name === name).url));
      }
      const there = nodes.find(({ name }) => name === 'n2').standing;
      assert.ok(there.byProtocol.some(({ protocol, count }) => protocol === 'stomp' && count >= 1), JSON.stringify(there));
    }
  });

  test('the machine of a node is told without a password whether all are there', { timeout: LONG }, async () => {
    const well = await status(one, '--expect', '3');
    assert.equal(well.code, 0, well.out);
    assert.equal(well.out.match(/^n\d .*ready .*postgresql/gm).length, 3, well.out);
    const short = await status(two, '--expect', '4');
    assert.deepEqual([short.code, /3 nodes are there, 4 are expected/.test(short.out)], [1, true], short.out);
    await three.kill();
    await until('it is missed', async () => /n3 is missing/.test((await status(one)).out));
    const { code, out } = await status(one, '--json');
    assert.equal(code, 1);
    const { well: isWell, nodes } = JSON.parse(out);
    assert.deepEqual([isWell, nodes.filter(({ missing }) => missing).map(({ name }) => name)], [false, ['n3']]);
    await three.start();
    await until('all are well again', async () => (await status(one, '--expect', '3')).code === 0);
  });

  test('a node that cannot write is named by the others', { timeout: LONG }, async () => {
    two.links.postgres.cut();
    await until('it is named', async () => /n2 is not ready/.test((await status(one)).out));
    two.links.postgres.heal();
    await until('it is well again', async () => (await status(one)).code === 0);
  });

  test('a connection is found and ended from another node', { timeout: LONG }, async (t) => {
    const { ann, admin } = await newTeam(one, ['ann']);
    const peer = await opened(t, MqttPeer.asAgent(three, ann));
    const ended = new Promise((resolve) => peer.client.once('close', resolve));
    const found = await get(one, admin, '/api/v1/ops/session/query', { user: ann.uid });
    assert.deepEqual(found.unanswered, []);
    assert.deepEqual(found.content.map(({ user, node }) => [user, node]), [[ann.uid, 'n3']]);
    const [{ connection }] = found.content;
    const { node, user } = await post(two, admin, '/api/v1/ops/session/kick', { connection });
    assert.deepEqual([node, user], ['n3', ann.uid]);
    await ended;
  });

  test('pages of connections go through all nodes, and skip nobody', { timeout: LONG }, async (t) => {
    const admin = await logIn(one, 'admin');
    for (const node of [one, two, three, one, two, three, three]) {
      await opened(t, StompPeer.connect(node, { headers: SERVICE }));
    }
    const query = (page) => get(two, admin, '/api/v1/ops/session/query', { protocol: 'stomp', ...page });
    const whole = (await query({ size: 100 })).content.map(({ connection }) => connection);
    assert.ok(whole.length >= 7, `${whole.length}`);
    assert.deepEqual(whole, [...whole].sort((a, b) => b - a), 'the newest first');
    const paged = [];
    for (let before; ; ) {
      const { content, next } = await query({ size: 2, ...(before && { before }) });
      paged.push(...content.map(({ connection }) => connection));
      if (!next) {
        break;
      }
      before = next;
    }
    assert.deepEqual(paged, whole);
  });

  test('a node that does not answer is named, and the others are listed', { timeout: LONG }, async (t) => {
    const admin = await logIn(one, 'admin');
    await opened(t, StompPeer.connect(one, { headers: SERVICE }));
    three.pause();
    const page = await until('it is named', async () => {
      const found = await get(one, admin, '/api/v1/ops/session/query', {});
      return found.unanswered.length > 0 && found;
    });
    three.resume();
    assert.deepEqual(page.unanswered, ['n3']);
    assert.ok(page.content.some(({ node }) => node === 'n1'));
  });

  test('the way of a message is followed through the nodes', { timeout: LONG }, async (t) => {
    const { ann, admin, workgroup } = await newTeam(one, ['ann']);
    const peer = await opened(t, MqttPeer.asAgent(three, ann));
    const vera = await visitorAt(two, workgroup, 'Vera');
    const message = textFrom(vera, vera.thread, 'Where is my parcel?');
    await sendByHttp(two, vera, message);
    await peer.message(message.uid);
    assert.ok((await history(two, vera)).some(({ uid }) => uid === message.uid));
    const trace = () => get(one, admin, '/api/v1/ops/trace', { uid: message.uid });
    await until('its way is known', async () => (await trace()).relayed.length > 0);
    const { accepted, relayed, unanswered } = await trace();
    assert.deepEqual(accepted.map(({ node, protocol }) => [node, protocol]), [['n2', 'http']]);
    assert.ok(relayed.some(({ node, user }) => node === 'n3' && user === ann.uid), JSON.stringify(relayed));
    assert.deepEqual(unanswered, []);
  });

  test('a visitor is there for the desk, on whichever node it is', { timeout: LONG }, async (t) => {
    const { ann, admin, workgroup } = await newTeam(one, ['ann']);
    const vera = await visitorAt(two, workgroup, 'Vera');
    const presence = () => get(one, ann, `/api/v1/connection/presence/${vera.uid}`);
    const status = async () => (await get(three, admin, '/api/v1/visitor/query/uid', { uid: vera.uid })).status;
    assert.deepEqual([await presence(), await status()], [{ online: false, activeCount: 0 }, 'OFFLINE']);
    const peers = [await opened(t, StompPeer.asVisitor(two, vera)), await opened(t, StompPeer.asVisitor(three, vera))];
    await until('it is there twice', async () => (await presence()).activeCount === 2);
    assert.equal(await status(), 'ONLINE');
    await Promise.all(peers.map((peer) => peer.disconnect()));
    await until('it is gone', async () => !(await presence()).online);
  });

  test('who browses is told by all nodes, as one visitor', { timeout: LONG }, async () => {
    const { ann } = await newTeam(one, ['ann']);
    const vera = await newVisitor(one, 'Vera');
    await post(one, vera, '/visitor/api/v1/browse', { url: 'https://shop.example/a', title: 'A' });
    await post(two, vera, '/visitor/api/v1/browse', { url: 'https://shop.example/b', title: 'B' });
    const { content } = await get(three, ann, '/api/v1/visitor/query/online', { pageSize: 100 });
    const rows = content.filter(({ uid }) => uid === vera.uid);
    assert.deepEqual(rows.map(({ pages }) => pages.map(({ title }) => title)), [['B', 'A']]);
  });

  test('a push counts the sessions of all nodes', { timeout: LONG }, async (t) => {
    const { workgroup } = await newTeam(one, []);
    const vera = await visitorAt(two, workgroup, 'Vera');
    const devices = [];
    for (const node of [two, three, three]) {
      const device = await opened(t, StompPeer.asVisitor(node, vera));
      devices.push(await device.subscribe('/user/queue/offers', { json: false }));
    }
    assert.deepEqual(await push(one, vera.uid, { destination: '/queue/offers', payload: 'cheap' }), { sessions: 3 });
    for (const feed of devices) {
      await until('each gets it', () => feed.received.some(({ frame }) => frame.body === 'cheap'));
    }
    const listener = await opened(t, StompPeer.connect(three, { headers: SERVICE }));
    await listener.subscribe('/topic/counted', { json: false });
    const { answer } = await callPush(one, 'broadcast', { destination: '/topic/counted', payload: 'all' });
    assert.deepEqual(answer.data, { sessions: 1 });
  });

  test('those who are online are counted on all nodes', { timeout: LONG }, async (t) => {
    const { ann, bob } = await newTeam(one, ['ann', 'bob']);
    const online = async () => (await get(two, ann, '/api/v1/notices/feed')).data.onlineUserNums;
    await until('nobody of other stories is left', async () => (await online()) === 0);
    const here = await opened(t, StompPeer.withToken(one, ann, { path: '/ws/agent' }));
    await opened(t, StompPeer.withToken(three, bob, { path: '/ws/agent' }));
    await until('both count', async () => (await online()) === 2);
    await here.disconnect();
    await until('one is gone', async () => (await online()) === 1);
  });

  test('a node that stops lets its clients go one after the other, and nothing is lost', { timeout: LONG }, async (t) => {
    const listeners = [];
    for (let number = 0; number < 20; number += 1) {
      const peer = await opened(t, StompPeer.connect(two, { headers: SERVICE }));
      listeners.push({ peer, feed: await peer.subscribe('/topic/leaving', { json: false }) });
    }
    const left = [];
    listeners.forEach(({ peer }, index) => void peer.closed.then(() => left.push(index)));
    const ended = two.terminate();
    await until('the first is gone', () => left.length > 0);
    assert.ok(left.length < listeners.length, `${left.length} are gone at once`);
    // Nobody more is sent there, and nobody who is there is cut.
    await several.cluster.balancer.sees({ n2: 'NOLB' });
    assert.ok(left.length < listeners.length, 'the balancer leaves them');
    const { feed } = listeners.at(-1);
    await callPush(one, 'broadcast', { destination: '/topic/leaving', payload: 'still there' });
    await until('the last hears it', () => feed.received.some(({ frame }) => frame.body === 'still there'));
    assert.ok(!left.includes(listeners.length - 1), 'and is not gone');
    assert.equal((await ended).code, 0);
    await until('all are gone', () => left.length === listeners.length);
    const inversions = left.filter((index, place) => place > 0 && index < left[place - 1]).length;
    assert.ok(inversions < listeners.length / 2, `in about the order in which they came: ${left}`);
    const { nodes } = await nodesOf(one, await logIn(one, 'admin'));
    assert.deepEqual(nodes.map(({ name }) => name).sort(), ['n1', 'n3'], 'who has left is not missed');
    await two.start();
  });

  test('a rolling restart under load loses and doubles nothing', { timeout: 2 * LONG }, async () => {
    const { workgroup } = await newTeam(one, []);
    const vera = await visitorAt(one, workgroup, 'Vera');
    const { cluster } = several;
    const said = [];
    let isRestarting = true;
    const talking = (async () => {
      while (isRestarting) {
        const message = textFrom(vera, vera.thread, `word ${said.length}`);
        // Whoever is not answered sends again: it is kept once.
        await until('it is accepted', () => sendByHttp(cluster.balancer, vera, message).then(() => true, () => false));
        said.push(message.uid);
      }
    })();
    await cluster.rollingRestart();
    isRestarting = false;
    await talking;
    assert.ok(said.length > 10, `${said.length}`);
    const kept = (await history(one, vera)).map(({ uid }) => uid).filter((uid) => said.includes(uid));
    assert.deepEqual(kept, said, 'each once, in order');
  });
});
