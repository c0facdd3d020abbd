// The stock Node client `stompit` over plain TCP, and what only a byte stream can show.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { dotted } from 'deskwire-examples/protocol.js';
import stompit from 'stompit';
import { logInAgent, newConversation, sendByHttpAsAgent, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { RawStomp, stompFrame } from './raw-stomp.js';
import { SERVICE, WITH_SERVICE } from './service-account.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile({
  streams: ['stomp'],
  env: { ...WITH_SERVICE, DESKWIRE__LIMITS__CONNECT_DEADLINE_MS: '400' },
});

/** A connection that ends with the test. */
async function connect(t, headers) {
  const { hostname, port } = new URL(server.stream('stomp'));
  const connectHeaders = { 'heart-beat': '5000,5000', ...headers };
  const client = await promisify(stompit.connect)({ host: hostname, port: Number(port), connectHeaders });
  client.on('error', () => {});
  t.after(() => client.destroy());
  return client;
}

/** Subscribes and keeps the bodies; `acknowledge(message)` is called for each. */
function subscribe(client, headers, acknowledge = () => {}) {
  const bodies = [];
  client.subscribe(headers, (error, message) => {
    if (error) {
      return;
    }
    message.readString('utf-8', (_failed, body) => {
      bodies.push(body);
      acknowledge(message, body);
    });
  });
  return bodies;
}

/** Sends a body and waits for the RECEIPT. */
const send = (client, headers, body) =>
  soon('the RECEIPT', new Promise((resolve) => client.send({ ...headers }, { onReceipt: resolve }).end(body)));

test('stompit: topics', async (t) => {
  const [listener, speaker] = [await connect(t, SERVICE), await connect(t, SERVICE)];
  const bodies = subscribe(listener, { destination: '/topic/stompit/x' });
  await send(listener, { destination: '/topic/stompit/ready' }, '');
  const sent = ['hello', 'ü 你好 👋', 'z'.repeat(200_000)];
  for (const body of sent) {
    await send(speaker, { destination: '/topic/stompit/x' }, body);
  }
  await until('all', () => bodies.length === sent.length);
  assert.deepEqual(bodies, sent);
});

test('stompit: a queue shares its messages, and what is not acknowledged comes again', async (t) => {
  const [one, two, speaker] = [await connect(t, SERVICE), await connect(t, SERVICE), await connect(t, SERVICE)];
  const headers = { destination: '/queue/stompit/x', ack: 'client-individual' };
  const kept = subscribe(one, headers, (message) => one.ack(message));
  const returned = subscribe(two, headers);
  await Promise.all([one, two].map((client) => send(client, { destination: '/topic/stompit/ready' }, '')));
  const sent = Array.from({ length: 10 }, (_, index) => `m${index}`);
  for (const body of sent) {
    await send(speaker, { destination: '/queue/stompit/x' }, body);
  }
  await until('each at one of the two', () => kept.length + returned.length === sent.length);
  assert.deepEqual([...kept, ...returned].sort(), sent);
  assert.ok(returned.length > 0 && kept.length > 0, 'both have a share');
  two.destroy();
  await until('the rest at the other', () => kept.length === sent.length);
  assert.deepEqual([...kept].sort(), sent);
});

test('stompit: transactions', async (t) => {
  const client = await connect(t, SERVICE);
  const bodies = subscribe(client, { destination: '/topic/stompit/transactions' });
  const [kept, dropped] = [client.begin(), client.begin()];
  dropped.send({ destination: '/topic/stompit/transactions' }).end('dropped');
  kept.send({ destination: '/topic/stompit/transactions' }).end('kept');
  await send(client, { destination: '/topic/stompit/transactions' }, 'at once');
  dropped.abort();
  kept.commit();
  await until('both', () => bodies.length === 2);
  assert.deepEqual(bodies, ['at once', 'kept']);
});

test('stompit: disconnect() gets its RECEIPT', async (t) => {
  const client = await connect(t, SERVICE);
  await soon('the end', promisify(client.disconnect.bind(client))());
});

test('stompit: a visitor talks with the agent', async (t) => {
  const visitor = await newConversation(server);
  const client = await connect(t, { login: visitor.uid });
  const bodies = subscribe(client, { destination: `/topic/${dotted(visitor.topic)}`, ack: 'client' }, (message) =>
    client.ack(message),
  );
  const question = textFrom(visitor, visitor.thread, 'by TCP');
  await send(client, { destination: `/app/${dotted(visitor.topic)}` }, JSON.stringify(question));
  const answer = textFrom(await logInAgent(server), visitor.thread, 'welcome');
  await sendByHttpAsAgent(server, await logInAgent(server), answer);
  await until('both', () => bodies.length === 2);
  assert.deepEqual(
    bodies.map((body) => JSON.parse(body).uid),
    [question.uid, answer.uid],
  );
});

test('TCP: any cut of the bytes is the same stream', async (t) => {
  const raw = await RawStomp.tcp(server.stream('stomp'));
  t.after(() => raw.destroy());
  const bytes = Buffer.from(
    stompFrame('CONNECT', { 'accept-version': '1.2', ...SERVICE }) +
      stompFrame('SUBSCRIBE', { id: 's', destination: '/topic/tcp/cut', receipt: 'r' }) +
      stompFrame('SEND', { destination: '/topic/tcp/cut' }, 'ü👋'),
  );
  raw.carrier.socket.setNoDelay(true);
  for (const byte of bytes) {
    raw.write(Buffer.from([byte]));
  }
  await raw.message('ü👋');
  assert.deepEqual(
    raw.frames.map(({ command }) => command),
    ['CONNECTED', 'RECEIPT', 'MESSAGE'],
  );
});

test('TCP: ERROR is flushed before the connection ends, RECEIPT too', async (t) => {
  for (const [frame, last] of [
    ['SHOUT\n\n\0', 'ERROR'],
    [stompFrame('DISCONNECT', { receipt: 'r' }), 'RECEIPT'],
  ]) {
    const raw = await RawStomp.tcp(server.stream('stomp'));
    t.after(() => raw.destroy());
    raw.write(stompFrame('CONNECT', { 'accept-version': '1.2', ...SERVICE }) + frame);
    await raw.closed();
    assert.equal(raw.frames.at(-1).command, last);
  }
});

test('TCP: rule 39: who never says CONNECT is cut off', async (t) => {
  const raw = await RawStomp.tcp(server.stream('stomp'));
  t.after(() => raw.destroy());
  await raw.closed();
});

test('TCP: HTTP on this port gets an ERROR, not an answer', async (t) => {
  const raw = await RawStomp.tcp(server.stream('stomp'));
  t.after(() => raw.destroy());
  raw.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n\0');
  await raw.closed();
  assert.ok(raw.frames.every(({ command }) => command === 'ERROR'));
});
