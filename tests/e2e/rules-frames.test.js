// Rules that break clients when missed: what frames look like, and how they are cut into messages.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { dotted } from 'deskwire-examples/protocol.js';
import { logInAgent, newConversation, sendByHttpAsAgent, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { RawStomp, stompFrame } from './raw-stomp.js';
import { rawService, WITH_SERVICE } from './service-account.js';
import { SockJsSocket } from './sockjs-peer.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });
let visitor;
let agent;

before(async () => {
  visitor = await newConversation(server);
  agent = await logInAgent(server);
});

/** Values that no client's escaping, trimming or splitting could change. */
const PLAIN = /^(?! )[^\\:\r\n]*(?<! )$/;

/** The headers of a frame that the server made up, as `name:value`. */
const made = (frame, names) => names.map((name) => frame.headers[name]).filter((value) => value !== undefined);

test('rule 04: the values that the server makes need no escaping', async (t) => {
  const raw = await RawStomp.open(server);
  t.after(() => raw.destroy());
  const connected = await raw.connect({ 'accept-version': '1.2', login: visitor.uid });
  const destination = `/topic/${dotted(visitor.topic)}`;
  const receipt = await raw.subscribe('s', destination, { ack: 'client-individual', 'after-seq': '0' });
  await sendByHttpAsAgent(server, agent, textFrom(agent, visitor.thread, 'how are you?'));
  const message = await raw.frame(
    'a MESSAGE',
    ({ command, body }) => command === 'MESSAGE' && body.includes('how are'),
  );
  const values = [
    ...made(connected, ['version', 'heart-beat', 'session', 'server', 'user-name']),
    ...made(receipt, ['receipt-id']),
    ...made(message, ['message-id', 'ack', 'subscription', 'destination', 'seq', 'content-length']),
  ];
  assert.equal(values.length, 12, values.join(' '));
  for (const value of values) {
    assert.match(value, PLAIN);
  }
});

test('rule 05: each WebSocket message holds exactly one frame', async (t) => {
  const raw = await rawService(t, server);
  await raw.subscribe('s', '/topic/burst/ws');
  const bodies = Array.from({ length: 100 }, (_, index) => `m${index}`);
  raw.write(bodies.map((body) => stompFrame('SEND', { destination: '/topic/burst/ws' }, body)).join(''));
  await raw.message('m99');
  assert.deepEqual(raw.bodiesOf('s'), bodies);
  assertOneFrameEach(raw);
});

test('rule 05: a large frame is not split', async (t) => {
  const raw = await rawService(t, server);
  await raw.subscribe('s', '/topic/large/ws');
  const body = 'x'.repeat(200_000);
  raw.send('SEND', { destination: '/topic/large/ws' }, body);
  await raw.message(body);
  assertOneFrameEach(raw);
});

test('rule 05: each element of a SockJS array holds exactly one frame', async (t) => {
  const raw = await rawService(t, server, { carrier: await SockJsSocket.open(server) });
  await raw.subscribe('s', '/topic/burst/sockjs');
  raw.write(
    Array.from({ length: 100 }, (_, index) =>
      stompFrame('SEND', { destination: '/topic/burst/sockjs' }, `m${index}`),
    ).join(''),
  );
  await raw.message('m99');
  assert.equal(raw.messagesOf('s').length, 100);
  assertOneFrameEach(raw);
});

/** Asserts that every piece is one frame, from its first byte to its NUL, or one LF. */
function assertOneFrameEach(raw) {
  const pieces = raw.pieces.map(({ bytes }) => bytes).filter((bytes) => !bytes.equals(Buffer.from('\n')));
  assert.deepEqual(
    pieces.map(String),
    raw.frames.map(({ bytes }) => String(bytes)),
  );
}

test('rule 06: a frame may be cut anywhere, into text and binary messages', async (t) => {
  const raw = await rawService(t, server);
  await raw.subscribe('s', '/topic/cut/x');
  const body = 'ünï ☃ 👋';
  const bytes = Buffer.from(
    stompFrame('SEND', { destination: '/topic/cut/x', 'content-length': Buffer.byteLength(body) }, body),
  );
  for (let cut = 1; cut < bytes.length; cut += 1) {
    raw.write(bytes.subarray(0, cut));
    raw.write(bytes.subarray(cut));
  }
  await until('all copies', () => raw.bodiesOf('s').length === bytes.length - 1);
  assert.ok(raw.bodiesOf('s').every((received) => received === body));
});

test('rule 06: several frames and halves of frames may share a message', async (t) => {
  const raw = await rawService(t, server);
  await raw.subscribe('s', '/topic/mixed/x');
  const all = ['one', 'two', 'three']
    .map((body) => stompFrame('SEND', { destination: '/topic/mixed/x' }, body))
    .join('\n');
  raw.write(all.slice(0, 60));
  raw.write(Buffer.from(all.slice(60, 70)));
  raw.write(all.slice(70));
  await raw.message('three');
  assert.deepEqual(raw.bodiesOf('s'), ['one', 'two', 'three']);
});

test('rule 06: one byte per message is a stream too', async (t) => {
  const raw = await RawStomp.open(server);
  t.after(() => raw.destroy());
  for (const character of stompFrame('CONNECT', { 'accept-version': '1.2', login: visitor.uid })) {
    raw.write(character);
  }
  await raw.frame('CONNECTED', ({ command }) => command === 'CONNECTED');
});

test('rule 06: frames may be cut over SockJS messages as stompjs 2.3.3 does at 16384 characters', async (t) => {
  const carrier = await SockJsSocket.open(server);
  const raw = await rawService(t, server, { carrier });
  await raw.subscribe('s', '/topic/cut/sockjs');
  const body = 'y'.repeat(20_000);
  const frame = stompFrame('SEND', { destination: '/topic/cut/sockjs' }, body);
  raw.write(frame.slice(0, 16_384));
  raw.write(frame.slice(16_384));
  await raw.message(body);
  carrier.elements([frame.slice(0, 10), frame.slice(10)]);
  await until('the second copy', () => raw.bodiesOf('s').length === 2);
});

const PAYLOADS = [
  { title: 'text', headers: { 'content-type': 'text/plain' }, body: Buffer.from('naïve ☃'), binary: false },
  { title: 'text of no type', headers: {}, body: Buffer.from('naïve ☃'), binary: false },
  { title: 'text with NUL', headers: { 'content-length': 3 }, body: Buffer.from('a\0b'), binary: false },
  {
    title: 'bytes that are not UTF-8',
    headers: { 'content-length': 3 },
    body: Buffer.from([0xff, 0, 0xfe]),
    binary: true,
  },
  {
    title: 'octet-stream',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from('abc'),
    binary: true,
  },
];
for (const { title, headers, body, binary } of PAYLOADS) {
  test(`rule 07: ${title} goes out in a ${binary ? 'binary' : 'text'} message`, async (t) => {
    const raw = await rawService(t, server);
    await raw.subscribe('s', '/topic/kinds/x');
    const head = Buffer.from(stompFrame('SEND', { destination: '/topic/kinds/x', ...headers }).slice(0, -1));
    raw.write(Buffer.concat([head, body, Buffer.from([0])]));
    const [message] = await until('the MESSAGE', () => raw.messagesOf('s').length && raw.messagesOf('s'));
    assert.deepEqual(message.body, body);
    assert.equal(raw.pieces.find(({ bytes }) => String(bytes).startsWith('MESSAGE')).binary, binary);
    assert.ok(raw.pieces.filter(({ bytes }) => !String(bytes).startsWith('MESSAGE')).every((piece) => !piece.binary));
  });
}

test('rule 07: a binary body never goes out as a binary message of SockJS', async (t) => {
  const carrier = await SockJsSocket.open(server);
  const raw = await rawService(t, server, { carrier });
  const publisher = await rawService(t, server);
  await raw.subscribe('s', '/topic/kinds/sockjs');
  const bytes = Buffer.from(
    stompFrame('SEND', { destination: '/topic/kinds/sockjs', 'content-length': 2 }, 'xx'),
    'latin1',
  );
  bytes[bytes.length - 3] = 0xff;
  publisher.write(bytes);
  publisher.send('SEND', { destination: '/topic/kinds/sockjs', 'content-type': 'text/plain' }, 'behind it');
  await raw.frame(
    'what comes behind, or an ERROR',
    ({ command, body }) => command === 'ERROR' || String(body) === 'behind it',
  );
  assert.ok(carrier.messages.length > 0);
  assert.ok(carrier.messages.every(({ binary }) => !binary));
});

for (const spelling of ['/topic/spelt/one/way', '/topic/spelt.one.way', '/topic/spelt.one/way']) {
  test(`rule 19: MESSAGE has the destination as ${spelling} was subscribed`, async (t) => {
    const raw = await rawService(t, server);
    await raw.subscribe('s', spelling);
    raw.send('SEND', { destination: '/topic/spelt/one/way' }, 'x');
    assert.equal((await raw.message('x')).headers.destination, spelling);
  });
}

for (const id of ['/topic/ids/x', 'sub-0', '17', 'a b', 'ä☃', '0.83-1795267875202']) {
  test(`rule 20: the subscription id ${id} comes back byte for byte`, async (t) => {
    const raw = await rawService(t, server);
    await raw.subscribe(id, '/topic/ids/x');
    raw.send('SEND', { destination: '/topic/ids/x' }, 'x');
    assert.equal((await raw.message('x')).headers.subscription, id);
  });
}

test('rule 21: text that came without a content-type gets one', async (t) => {
  const raw = await rawService(t, server);
  await raw.subscribe('s', '/topic/types/x');
  raw.send('SEND', { destination: '/topic/types/x' }, 'no type');
  const type = (await raw.message('no type')).headers['content-type'];
  assert.ok(type && type !== 'application/octet-stream', `content-type is ${type}`);
});

test('rule 21: messages of conversations have a content-type', async (t) => {
  const raw = await RawStomp.open(server);
  t.after(() => raw.destroy());
  await raw.connect({ 'accept-version': '1.2', login: visitor.uid });
  await raw.subscribe('s', `/topic/${dotted(visitor.topic)}`, { 'after-seq': '0' });
  const [message] = await until('a MESSAGE', () => raw.messagesOf('s').length && raw.messagesOf('s'));
  assert.match(message.headers['content-type'], /^application\/json/);
});

for (const version of ['1.0', '1.1', '1.2']) {
  test(`rule 22: content-length counts bytes of UTF-8 and a NUL follows, in ${version}`, async (t) => {
    const raw = await rawService(t, server, { version });
    await raw.subscribe('s', '/topic/lengths/x');
    const body = '你好 👋 nul';
    raw.send('SEND', { destination: '/topic/lengths/x', 'content-length': Buffer.byteLength(body) }, body);
    const { headers, bytes } = await raw.message(body);
    assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
    assert.equal(bytes.at(-1), 0);
  });
}

test('rule 22: a wrong content-length on the way in is refused', async (t) => {
  const raw = await rawService(t, server);
  raw.send('SEND', { destination: '/topic/lengths/x', 'content-length': 2, receipt: 'r' }, 'longer');
  assert.equal((await raw.refusal()).command, 'ERROR');
});
