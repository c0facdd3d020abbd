// Rules that break clients when missed: SockJS, over WebSocket and over HTTP.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { newConversation } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { request } from './raw-http.js';
import { RawSocket } from './raw-socket.js';
import { RawStomp, stompFrame } from './raw-stomp.js';
import { rawService, SERVICE, WITH_SERVICE } from './service-account.js';
import { HTTP_TRANSPORTS, newSessionId, parseSockJs, SOCKJS, SockJsHttp, SockJsSocket } from './sockjs-peer.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });
let visitor;

before(async () => {
  visitor = await newConversation(server);
});

const CONNECT = stompFrame('CONNECT', { 'accept-version': '1.2', ...SERVICE });

/** A raw STOMP connection of the service account over an HTTP transport; `carrier` is the session. */
async function overHttp(t, transport, options) {
  const carrier = await new SockJsHttp(server, options).run(transport);
  return rawService(t, server, { carrier });
}

/** Publishes on a live topic over a connection of its own. */
async function publish(t, destination, body) {
  const publisher = await rawService(t, server);
  await publisher.confirmed('SEND', { destination }, body);
}

test('rule 23: /info says what the client wants to know', async () => {
  const infos = [];
  for (let round = 0; round < 2; round += 1) {
    const { status, headers, text } = await request(server, 'GET', `${SOCKJS}/info?t=${Date.now()}`);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json; charset=UTF-8');
    assert.equal(headers['cache-control'], 'no-store, no-cache, no-transform, must-revalidate, max-age=0');
    assert.equal(headers['set-cookie'], undefined);
    infos.push(JSON.parse(text));
  }
  for (const info of infos) {
    assert.deepEqual([info.websocket, typeof info.cookie_needed, info.origins], [true, 'boolean', ['*:*']]);
    assert.ok(Number.isInteger(info.entropy) && info.entropy >= 0 && info.entropy < 2 ** 32);
  }
  assert.notEqual(infos[0].entropy, infos[1].entropy);
});

test('rule 23: the first frame of every transport is `o`, without a word from the client', async (t) => {
  const socket = await SockJsSocket.open(server);
  t.after(() => socket.destroy());
  assert.equal(socket.frames[0], 'o');
  for (const transport of HTTP_TRANSPORTS) {
    const session = await new SockJsHttp(server).run(transport);
    session.destroy();
    assert.equal(session.frames[0], 'o', transport);
  }
});

describe('rule 24: the query of the base URL stays on every request', () => {
  const withToken = () => ({ base: '/ws/chat', query: `?token=${visitor.accessToken}&t=1795267875202` });

  test('rule 24: /info with a query', async () => {
    const { status } = await request(server, 'GET', `/ws/chat/info${withToken().query}`);
    assert.equal(status, 200);
  });

  test('rule 24: over WebSocket the token of the URL is who it is', async (t) => {
    const raw = new RawStomp(await SockJsSocket.open(server, withToken()));
    t.after(() => raw.destroy());
    assert.equal((await raw.connect({ 'accept-version': '1.2' })).headers['user-name'], visitor.uid);
  });

  for (const transport of HTTP_TRANSPORTS) {
    test(`rule 24: over ${transport} the token of the URL is who it is`, async (t) => {
      const raw = new RawStomp(await new SockJsHttp(server, withToken()).run(transport));
      t.after(() => raw.destroy());
      assert.equal((await raw.connect({ 'accept-version': '1.2' })).headers['user-name'], visitor.uid);
    });
  }
});

test('rule 25: xhr_streaming begins with 2048 h and LF', async (t) => {
  const exchange = new SockJsHttp(server).receive('xhr_streaming');
  t.after(() => exchange.abort());
  await exchange.answered;
  assert.equal(exchange.headers['content-type'], 'application/javascript; charset=UTF-8');
  assert.equal((await exchange.shows('o\n')).slice(0, 2051), `${'h'.repeat(2048)}\no\n`);
});

test('rule 26: xhr_send answers 204, without a body, as text', async () => {
  const session = new SockJsHttp(server);
  await session.poll();
  for (const strings of [['\n'], [CONNECT], []]) {
    const { status, headers, text } = await session.post(strings);
    assert.deepEqual([status, text], [204, '']);
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(headers['transfer-encoding'], undefined);
  }
});

test('rule 26: the Content-Type of xhr_send does not matter', async () => {
  const session = new SockJsHttp(server);
  await session.poll();
  for (const type of ['text/plain', 'T', 'application/json', 'application/xml', '']) {
    const { status } = await request(server, 'POST', session.path('xhr_send'), {
      headers: type ? { 'Content-Type': type } : {},
      body: '["\\n"]',
    });
    assert.equal(status, 204, type);
  }
});

test('rule 27: eventsource writes % as %25', async (t) => {
  const raw = await overHttp(t, 'eventsource');
  await raw.subscribe('s', '/topic/percent/x');
  await publish(t, '/topic/percent/x', '100% of %41');
  await raw.message('100% of %41');
  assert.match(raw.carrier.exchange.text, /100%25 of %2541/);
});

test('rule 28: a second receiver hears 2010, the first goes on', async (t) => {
  const raw = await overHttp(t, 'xhr_streaming');
  await raw.subscribe('s', '/topic/receivers/x');
  const prelude = `${'h'.repeat(2048)}\n`;
  const refusal = 'c[2010,"Another connection still open"]\n';
  for (const [transport, expected] of [
    ['xhr_streaming', prelude + refusal],
    ['xhr', refusal],
  ]) {
    const second = await raw.carrier.receive(transport).whole();
    assert.deepEqual([second.status, second.text], [200, expected]);
  }
  await publish(t, '/topic/receivers/x', 'to the first');
  await raw.message('to the first');
});

/** A receiver of the session that the server knows of. */
async function attached(session, transport) {
  const receiver = session.receive(transport);
  if (transport === 'xhr_streaming') {
    await receiver.shows('h\n');
  } else if (transport === 'eventsource' || transport === 'htmlfile') {
    await receiver.shows('\r\n');
  } else {
    // Nothing comes on a poll until there is something to say. But of two polls one is refused: the other is attached.
    const polls = [receiver, session.receive(transport)];
    const refused = await Promise.race(polls.map((poll) => poll.whole().catch(() => new Promise(() => {}))));
    assert.match(refused.text, /c\[2010/);
    return polls.find((poll) => poll !== refused);
  }
  return receiver;
}

for (const transport of ['xhr_streaming', 'eventsource', 'htmlfile', 'xhr', 'jsonp']) {
  test(`rule 29: a receiver that breaks ends the session, with ${transport}`, async (t) => {
    const session = new SockJsHttp(server);
    await session.poll();
    await session.post([CONNECT, stompFrame('SUBSCRIBE', { id: 's', destination: '/topic/broken/x', receipt: 'r' })]);
    const heard = [];
    await until('the RECEIPT', async () => {
      heard.push(...(await session.poll()).frames);
      return heard.join('').includes('receipt-id:r');
    });
    const receiver = await attached(session, transport);
    receiver.abort();
    // A session that went on would answer with what is published now.
    await publish(t, '/topic/broken/x', 'too late');
    const [first] = await until('the session is another or closed', async () => {
      const { frames } = await session.poll();
      return !frames[0].startsWith('c[2010') && frames;
    });
    assert.match(first, /^(o|c\[1002,"Connection interrupted"\])$/);
  });
}

test('rule 30: a closed session repeats its close frame', async () => {
  const session = new SockJsHttp(server);
  await session.poll();
  await session.post(['SHOUT\n\n\0']);
  const heard = [];
  await until('the close frame', async () => {
    heard.push(...(await session.poll()).frames);
    return heard.at(-1)[0] === 'c';
  });
  assert.match(heard[0], /^a\["ERROR/);
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual((await session.poll()).frames, [heard.at(-1)]);
  }
  assert.match((await session.receive('xhr_streaming').whole()).text, /h\nc\[/);
});

describe('rule 31: CORS', () => {
  const paths = (session) => [
    ['GET', `${SOCKJS}/info`],
    ['OPTIONS', `${SOCKJS}/info`],
    ['POST', session.path('xhr')],
    ['OPTIONS', session.path('xhr')],
    ['POST', session.path('xhr_send')],
    ['OPTIONS', session.path('xhr_send')],
    ['OPTIONS', session.path('xhr_streaming')],
  ];
  for (const origin of ['https://shop.example', 'null', undefined]) {
    test(`rule 31: the origin ${origin}`, async () => {
      for (const [method, path] of paths(new SockJsHttp(server))) {
        const body = method === 'POST' ? '["\\n"]' : undefined;
        const { headers } = await request(server, method, path, { headers: origin ? { Origin: origin } : {}, body });
        assert.equal(headers['access-control-allow-origin'], origin ?? '*', `${method} ${path}`);
        assert.equal(headers['access-control-allow-credentials'], origin ? 'true' : undefined, `${method} ${path}`);
      }
    });
  }

  test('rule 31: requested headers are echoed, no headers are not', async () => {
    const ask = async (requested) => {
      const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Headers': requested };
      return (await request(server, 'OPTIONS', `${SOCKJS}/info`, { headers })).headers['access-control-allow-headers'];
    };
    assert.equal(await ask('x-one, x-two'), 'x-one, x-two');
    assert.equal(await ask(''), undefined);
  });
});

test('rule 32: lone surrogates from a browser do not kill the session', async (t) => {
  const subscriber = await rawService(t, server);
  await subscriber.subscribe('s', '/topic/lone/x');
  const send = '["SEND\\ndestination:/topic/lone/x\\n\\nab \\ud83d\\ude00 \\ud83d|\\ude00 z\\u0000"]';
  const session = new SockJsHttp(server);
  await session.poll();
  await session.post([CONNECT]);
  const { status } = await request(server, 'POST', session.path('xhr_send'), { body: send });
  assert.equal(status, 204);
  await subscriber.message('ab 😀 \ufffd|\ufffd z');
  const socket = await rawService(t, server, { carrier: await SockJsSocket.open(server) });
  socket.carrier.raw.text(send);
  await until('the second copy', () => subscriber.messagesOf('s').length === 2);
  assert.equal(subscriber.bodiesOf('s')[1], 'ab 😀 \ufffd|\ufffd z');
});

for (const transport of ['websocket', 'xhr_streaming', 'htmlfile']) {
  test(`rule 33: ${transport} escapes the characters that break clients, in lower case`, async (t) => {
    const raw =
      transport === 'websocket'
        ? await rawService(t, server, { carrier: await SockJsSocket.open(server) })
        : await overHttp(t, transport);
    await raw.subscribe('s', '/topic/escapes/x');
    const fragile = ['\u200c', '\u200f', '\u2028', '\u202f', '\u2060', '\u206f', '\ufff0', '\uffff', '\u001f'];
    const body = `${fragile.join('')} "\\ ü 你 😀`;
    await publish(t, '/topic/escapes/x', body);
    await raw.message(body);
    const written = raw.carrier.frames.find((frame) => frame.includes('MESSAGE'));
    for (const character of fragile) {
      assert.ok(!written.includes(character), `raw ${escaped(character)}`);
      assert.ok(written.includes(escaped(character)), `${escaped(character)} in ${written}`);
    }
    assert.ok(parseSockJs(written).payload[0].includes(body));
  });
}

const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

test('rule 34: a plain SockJS base refuses an upgrade with 400', async () => {
  await assert.rejects(RawSocket.open(server, SOCKJS), { status: 400 });
});

test('rule 34: raw WebSocket is at {base}/websocket, without SockJS framing', async (t) => {
  for (const base of [SOCKJS, '/ws/chat', '/ws/agent']) {
    const raw = await RawStomp.open(server, { path: `${base}/websocket` });
    t.after(() => raw.destroy());
    await raw.connect({ 'accept-version': '1.2', ...SERVICE });
    assert.match(String(raw.pieces[0].bytes), /^CONNECTED\n/, base);
  }
});

test('rule 34: /ws/chat and /ws/agent are SockJS and plain WebSocket', async (t) => {
  for (const base of ['/ws/chat', '/ws/agent']) {
    const plain = await RawStomp.open(server, { path: base });
    const framed = new RawStomp(await SockJsSocket.open(server, { base }));
    for (const raw of [plain, framed]) {
      t.after(() => raw.destroy());
      await raw.connect({ 'accept-version': '1.2', ...SERVICE });
    }
    const greeting = await request(server, 'GET', base);
    assert.deepEqual([greeting.status, greeting.text], [200, 'Welcome to SockJS!\n']);
  }
});

test('a DISCONNECT with receipt is answered before the session is closed, on every HTTP transport', async (t) => {
  for (const transport of HTTP_TRANSPORTS) {
    const raw = await overHttp(t, transport);
    raw.send('DISCONNECT', { receipt: 'bye' });
    await soon(`${transport} ends`, raw.closed());
    assert.equal(raw.frames.at(-1).headers['receipt-id'], 'bye', transport);
    assert.equal(raw.carrier.frames.at(-1)[0], 'c', transport);
  }
});

test('a session that nobody knows is 404 for what is sent', async () => {
  const session = new SockJsHttp(server, { sid: newSessionId() });
  assert.equal((await session.post(['x'])).status, 404);
  assert.equal((await session.post(['x'], { jsonp: true })).status, 404);
});
