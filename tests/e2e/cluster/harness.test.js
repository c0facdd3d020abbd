// The tools of these tests do what they say: services that are killed and halted come back, links are cut and healed, the
// balancer gives work to those who are ready.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { newVisitor } from '../conversations.js';
import { until } from '../waiting.js';
import { Cluster } from './cluster.js';
import { missing } from './daemon.js';
import { NetworkLink } from './network-link.js';
import { Postgres } from './postgres.js';
import { Redis } from './redis.js';

/** Reads what comes on a socket until it is `expected`. */
async function reads(socket, expected) {
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  return () => until(`${expected} comes, after ${text}`, () => text === expected);
}

test('a PostgreSQL that is killed, halted and restarted keeps what was committed', { skip: missing('postgres') }, async (t) => {
  const postgres = await Postgres.start();
  t.after(() => postgres.remove());
  await postgres.query('SELECT 1 AS one').then((rows) => assert.deepEqual(rows, [{ one: 1 }]));
  await postgres.execute('CREATE TABLE kept (n int)');
  await postgres.execute('INSERT INTO kept VALUES (7)');
  await postgres.kill();
  assert.equal(postgres.running, false);
  await postgres.begin();
  assert.deepEqual(await postgres.query('SELECT n FROM kept'), [{ n: 7 }]);

  await postgres.pause();
  let answered = false;
  const asking = postgres.query('SELECT n FROM kept').then((rows) => {
    answered = true;
    return rows;
  });
  // Its listener is the kernel's: a connection is made, and nobody answers on it.
  const socket = connect(postgres.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  assert.equal(answered, false);
  await postgres.resume();
  assert.deepEqual(await asking, [{ n: 7 }]);
  await postgres.restart();
  assert.deepEqual(await postgres.query('SELECT n FROM kept'), [{ n: 7 }]);
});

test('a Redis that is killed comes back empty, one that is halted with what it had', { skip: missing('redis-server') }, async (t) => {
  const redis = await Redis.start();
  t.after(() => redis.remove());
  await redis.command('SET a 1');
  await redis.pause();
  const asking = redis.command('GET a');
  await redis.resume();
  assert.match(await asking, /^\$1\r\n1/);
  await redis.kill();
  await assert.rejects(redis.command('PING'), { code: 'ECONNREFUSED' });
  await redis.begin();
  assert.match(await redis.command('GET a'), /^\$-1/);
});

test('a link is cut, stalls and is slow, and heals in order', async (t) => {
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const link = await NetworkLink.to(echo.address().port);
  t.after(() => {
    link.stop();
    echo.close();
  });
  const open = async () => {
    const socket = connect(link.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    t.after(() => socket.destroy());
    return socket;
  };
  const socket = await open();
  const came = await reads(socket, 'onetwothreefour');
  socket.write('one');
  link.stall();
  socket.write('two');
  link.heal();
  link.slow(50);
  socket.write('three');
  link.heal();
  socket.write('four');
  await came();

  const closed = new Promise((resolve) => socket.once('close', resolve));
  link.cut();
  await closed;
  const refused = connect(link.port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => refused.once('close', resolve));
  link.heal();
  const again = await open();
  const cameAgain = await reads(again, 'x');
  again.write('x');
  await cameAgain();
});

test('a node behind the balancer is killed, halted and restarted', { skip: missing('haproxy') }, async (t) => {
  const cluster = await Cluster.start({ nodes: 1 });
  t.after(() => cluster.stop());
  const [node] = cluster.nodes;
  const visitor = await newVisitor(cluster.balancer);
  const ping = () => call(cluster.balancer.url, '/visitor/api/v1/ping', { query: { uid: visitor.uid } });
  await ping();
  await node.kill();
  await cluster.balancer.sees({ n1: 'DOWN' });
  await assert.rejects(ping());
  await cluster.heal();
  await ping();
  node.pause();
  await cluster.balancer.sees({ n1: 'DOWN' });
  await cluster.heal();
  await ping();
  await cluster.rollingRestart();
  await ping();
  const hidden = await fetch(`${cluster.balancer.url}/readyz`);
  assert.equal(hidden.status, 404);
});
