// Rules that break clients when missed: CONNECT, versions, subprotocols, and how a connection ends.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { newConversation } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { RawSocket } from './raw-socket.js';
import { RawStomp, stompFrame } from './raw-stomp.js';

/** A secret that STOMP's escaping would change in either direction. */
const ODD_SECRET = 'a:b\\c\\n';

const server = await serverForThisFile({
  env: { DESKWIRE_SERVICE_ACCOUNT: `robot:${ODD_SECRET}`, DESKWIRE__LIMITS__CONNECT_DEADLINE_MS: '400' },
});
let visitor;

before(async () => {
  visitor = await newConversation(server);
});

/** An open connection that ends with the test. */
async function open(t, options) {
  const raw = await RawStomp.open(server, options);
  t.after(() => raw.destroy());
  return raw;
}

/** What the stock clients write as CONNECT, by the version they are then told (table 1.10). */
const CLIENTS = [
  {
    client: '@stomp/stompjs',
    headers: { 'accept-version': '1.2,1.1,1.0', 'heart-beat': '10000,10000' },
    version: '1.2',
  },
  { client: 'stompjs 2.3.3', headers: { 'accept-version': '1.1,1.0', 'heart-beat': '10000,10000' }, version: '1.1' },
  { client: 'webstomp-client', headers: { 'accept-version': '1.2', 'heart-beat': '10000,10000' }, version: '1.2' },
  {
    client: 'webstomp-client on v10.stomp',
    headers: { 'accept-version': '1.0', 'heart-beat': '10000,10000' },
    version: '1.0',
  },
  { client: 'Flutter', headers: { 'accept-version': '1.0,1.1,1.2', 'heart-beat': '5000,5000' }, version: '1.2' },
  { client: 'Android', headers: { 'accept-version': '1.1,1.2', 'heart-beat': '0,0' }, version: '1.2' },
  { client: 'iOS', headers: { 'accept-version': '1.1,1.2' }, version: '1.2' },
  { client: 'blanks around the commas', headers: { 'accept-version': '1.1 , 1.2' }, version: '1.2' },
  { client: 'a client of STOMP 1.0', headers: {}, version: '1.0' },
];
for (const { client, headers, version } of CLIENTS) {
  test(`rule 01: CONNECTED has version and heart-beat for ${client}`, async (t) => {
    const raw = await open(t);
    const connected = await raw.connect({ login: visitor.uid, ...headers });
    assert.equal(connected.headers.version, version);
    assert.match(connected.headers['heart-beat'], /^\d+,\d+$/);
  });
}

for (const command of ['CONNECT', 'STOMP']) {
  test(`rule 02: ${command} needs no host, and any host will do`, async (t) => {
    for (const host of [{}, { host: '' }, { host: 'somewhere.else:8080' }]) {
      const raw = await open(t);
      const connected = await raw.connect({ 'accept-version': '1.2', ...host, login: visitor.uid }, command);
      assert.equal(connected.headers.version, '1.2');
    }
  });
}

test('rule 03: header lines are cut at the first colon and CONNECT is not unescaped', async (t) => {
  const attempt = async (passcode) => {
    const raw = await open(t);
    return raw.connect({ 'accept-version': '1.2', note: 'x:y:z', login: 'robot', passcode });
  };
  await attempt(ODD_SECRET);
  await assert.rejects(attempt('a\\cb\\\\c\\\\n'), 'the escaped spelling is another secret');
});

for (const version of ['1.1', '1.2']) {
  test(`rule 03: raw colons in other frames of ${version} are part of the value`, async (t) => {
    const raw = await open(t);
    await raw.connect({ 'accept-version': version, login: 'robot', passcode: ODD_SECRET });
    await raw.subscribe('s', '/topic/colons/x');
    raw.send('SEND', { destination: '/topic/colons/x', link: 'http://a:1/b:c' }, 'linked');
    const { headers } = await raw.message('linked');
    assert.equal(headers.link.replaceAll('\\c', ':'), 'http://a:1/b:c');
  });
}

test('rule 03: 1.0 knows no escapes, a backslash stays what it is', async (t) => {
  const raw = await open(t);
  await raw.connect({ login: 'robot', passcode: ODD_SECRET });
  raw.send('SUBSCRIBE', { destination: '/topic/colons/old' });
  raw.send('SEND', { destination: '/topic/colons/old', path: 'c:\\new\\t:x' }, 'raw');
  assert.equal((await raw.message('raw')).headers.path, 'c:\\new\\t:x');
});

const OFFERS = [
  { client: '@stomp/stompjs', offered: 'v12.stomp, v11.stomp, v10.stomp', chosen: 'v12.stomp' },
  { client: 'stompjs 2.3.3', offered: 'v10.stomp, v11.stomp', chosen: 'v11.stomp' },
  { client: 'webstomp-client', offered: 'v10.stomp, v11.stomp, v12.stomp', chosen: 'v12.stomp' },
];
for (const { client, offered, chosen } of OFFERS) {
  test(`rule 11: of the subprotocols of ${client} the highest is chosen`, async (t) => {
    const raw = await open(t, { protocol: offered });
    assert.equal(raw.carrier.headers['sec-websocket-protocol'], chosen);
  });
}

test('rule 11: the subprotocol does not bind the version', async (t) => {
  for (const [protocol, acceptVersion] of [
    ['v10.stomp', '1.2'],
    ['v12.stomp', '1.0'],
    ['v11.stomp', '1.2,1.1'],
  ]) {
    const raw = await open(t, { protocol });
    const connected = await raw.connect({ 'accept-version': acceptVersion, login: visitor.uid });
    assert.equal(connected.headers.version, acceptVersion.split(',')[0]);
  }
});

for (const protocol of [undefined, 'chat', 'v13.stomp, soap']) {
  test(`rule 12: with the offer ${protocol} the answer has no subprotocol, and STOMP is spoken`, async (t) => {
    const raw = await open(t, { protocol });
    assert.equal(raw.carrier.headers['sec-websocket-protocol'], undefined);
    assert.equal((await raw.connect({ 'accept-version': '1.2', login: visitor.uid })).headers.version, '1.2');
  });
}

test('rule 13: DISCONNECT gets its RECEIPT, then the connection is closed', async (t) => {
  const raw = await open(t);
  await raw.connect({ 'accept-version': '1.2', login: visitor.uid });
  raw.send('DISCONNECT', { receipt: 'close-0' });
  assert.equal(await raw.closed(), 1000);
  const last = raw.frames.at(-1);
  assert.deepEqual([last.command, last.headers['receipt-id']], ['RECEIPT', 'close-0']);
});

test('rule 13: nothing is lost when CONNECT, SEND and DISCONNECT come in one message', async (t) => {
  const raw = await open(t);
  raw.write(
    [
      stompFrame('CONNECT', { 'accept-version': '1.2', login: 'robot', passcode: ODD_SECRET }),
      stompFrame('SUBSCRIBE', { id: 's', destination: '/topic/glued/x', receipt: 'r1' }),
      stompFrame('SEND', { destination: '/topic/glued/x', receipt: 'r2' }, 'glued'),
      stompFrame('DISCONNECT', { receipt: 'r3' }),
      stompFrame('SEND', { destination: '/topic/glued/x', receipt: 'r4' }, 'too late'),
    ].join(''),
  );
  assert.equal(await raw.closed(), 1000);
  const receipts = raw.frames
    .filter(({ command }) => command === 'RECEIPT')
    .map(({ headers }) => headers['receipt-id']);
  assert.equal(raw.frames[0].command, 'CONNECTED');
  assert.deepEqual(receipts, ['r1', 'r2', 'r3']);
  assert.equal(raw.frames.at(-1).headers['receipt-id'], 'r3');
});

const MISTAKES = {
  'an unknown command': () => stompFrame('SHOUT', { receipt: 'r' }),
  'a forbidden destination': () => stompFrame('SUBSCRIBE', { id: 's', destination: '/topic/not/mine', receipt: 'r' }),
  'a bad escape': () => stompFrame('SEND', { destination: '/topic/x', note: 'a\\tb', receipt: 'r' }),
};
for (const [title, bytes] of Object.entries(MISTAKES)) {
  test(`rule 14: after ERROR for ${title} the server closes by itself, and says nothing more`, async (t) => {
    const raw = await open(t);
    await raw.connect({ 'accept-version': '1.2', login: visitor.uid });
    raw.write(bytes() + stompFrame('UNSUBSCRIBE', { id: 'none', receipt: 'behind' }));
    assert.equal(await raw.closed(), 1002);
    const last = raw.frames.at(-1);
    assert.equal(last.command, 'ERROR');
    assert.ok(last.headers.message.length > 3, 'it says why');
    assert.equal(raw.frames.filter(({ command }) => command === 'RECEIPT').length, 0);
  });
}

test('rule 14: after ERROR for a refused CONNECT the server closes by itself', async (t) => {
  const raw = await open(t);
  raw.send('CONNECT', { 'accept-version': '1.2', Authorization: 'Bearer not.a.token' });
  await raw.closed();
  assert.deepEqual(
    raw.frames.map(({ command }) => command),
    ['ERROR'],
  );
});

test('rule 15: DISCONNECT without receipt and a close without code is a clean end', async (t) => {
  const raw = await open(t, { protocol: 'v10.stomp, v11.stomp' });
  await raw.connect({ 'accept-version': '1.1,1.0', 'heart-beat': '10000,10000', login: visitor.uid });
  raw.send('DISCONNECT');
  raw.carrier.close();
  assert.ok([1000, 1005].includes(await raw.closed()), `close code ${raw.carrier.closeCode}`);
  assert.deepEqual(
    raw.frames.map(({ command }) => command),
    ['CONNECTED'],
  );
});

test('rule 39: who never says CONNECT is cut off, beats or not', async (t) => {
  const silent = await open(t);
  const beating = await RawSocket.open(server, '/stomp');
  const beat = setInterval(() => beating.text('\n'), 50);
  t.after(() => {
    clearInterval(beat);
    beating.destroy();
  });
  await Promise.all([silent.closed(), beating.closed()]);
  assert.ok(!silent.frames.some(({ command }) => command === 'CONNECTED'));
});

test('rule 39: who never finishes CONNECT is cut off', async (t) => {
  const raw = await open(t);
  raw.write('CONNECT\naccept-version:1.2\n');
  await raw.closed();
});
