// Those who run the cluster see and reach all of it from any node, and from its machine.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { history, sendByHttp, textFrom } from '../conversations.js';
import { get, logIn, newTeam, post, visitorAt } from '../desk-team.js';
import { binary } from '../harness.js';
import { MqttPeer } from '../mqtt-peer.js';
import { SERVICE } from '../service-account.js';
import { StompPeer } from '../stomp-peer.js';
import { until } from '../waiting.js';
import { opened, severalNodes, skipAlone } from './several-nodes.js';

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 90_000;

const several = severalNodes();
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
    const { content, unanswered } = await get(one, admin, '/api/v1/ops/session/query', {});
    three.resume();
    assert.deepEqual(unanswered, ['n3']);
    assert.ok(content.some(({ node }) => node === 'n1'));
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
});
