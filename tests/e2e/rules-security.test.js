// Rules that break clients when missed: user destinations, wildcards, slow consumers, origins.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { newConversation } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { push } from './pushes.js';
import { request } from './raw-http.js';
import { RawSocket } from './raw-socket.js';
import { RawStomp } from './raw-stomp.js';
import { rawService, WITH_SERVICE } from './service-account.js';
import { SOCKJS, SockJsHttp } from './sockjs-peer.js';
import { until } from './waiting.js';

const SHOP = 'https://shop.example';
const DESK = 'https://desk.example';

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    DESKWIRE__LIMITS__OUTBOX_BYTES: '65536',
    DESKWIRE__LIMITS__WRITE_STALL_MS: '60000',
    DESKWIRE__ORIGINS__ALLOWED: `["${SHOP}", "https://*.shop.example", "http://localhost:[*]"]`,
    DESKWIRE__ORIGINS__ENDPOINTS: `{ "/ws/agent" = ["${DESK}"] }`,
  },
});
let visitor;

before(async () => {
  visitor = await newConversation(server);
});

/** A raw STOMP connection of the visitor; `session` is the id of its session. */
async function session(t, who = visitor) {
  const raw = await RawStomp.open(server);
  t.after(() => raw.destroy());
  const { headers } = await raw.connect({ 'accept-version': '1.2', Authorization: `Bearer ${who.accessToken}` });
  return Object.assign(raw, { session: headers.session });
}

/** The body in which a pushed or sent note arrives. */
const note = (text) => JSON.stringify({ text });

describe('user destinations', () => {
  test('rule 19: MESSAGE has the destination /user/queue/x, not an internal name', async (t) => {
    const raw = await session(t);
    await raw.subscribe('s', '/user/queue/names');
    await push(server, visitor.uid, { destination: '/queue/names', payload: { text: 'named' } });
    const [message] = await until('the MESSAGE', () => raw.messagesOf('s').length && raw.messagesOf('s'));
    assert.equal(message.headers.destination, '/user/queue/names');
  });

  test('rule 35: /user/queue/x is the session’s own, what is sent to a user reaches all its sessions', async (t) => {
    const [phone, tab] = [await session(t), await session(t)];
    const stranger = await session(t, await newConversation(server, 'Stranger'));
    for (const raw of [phone, tab, stranger]) {
      await raw.subscribe('s', '/user/queue/own');
    }
    await phone.confirmed('SEND', { destination: `/user/${phone.session}/queue/own` }, note('to the phone'));
    await push(server, visitor.uid, { destination: '/queue/own', payload: { text: 'to the user' } });
    await push(server, visitor.uid, { destination: '/queue/own', payload: { text: 'last' } });
    await Promise.all([phone.message(note('last')), tab.message(note('last'))]);
    assert.deepEqual(phone.bodiesOf('s'), [note('to the phone'), note('to the user'), note('last')]);
    assert.deepEqual(tab.bodiesOf('s'), [note('to the user'), note('last')]);
    assert.deepEqual(stranger.bodiesOf('s'), []);
  });

  test('rule 36: a SEND to one’s own name reaches the sending session only', async (t) => {
    const [phone, tab] = [await session(t), await session(t)];
    await phone.subscribe('s', '/user/queue/self');
    await tab.subscribe('s', '/user/queue/self');
    await phone.confirmed('SEND', { destination: `/user/${visitor.uid}/queue/self` }, note('me'));
    await push(server, visitor.uid, { destination: '/queue/self', payload: { text: 'last' } });
    await Promise.all([phone.message(note('last')), tab.message(note('last'))]);
    assert.deepEqual(phone.bodiesOf('s'), [note('me'), note('last')]);
    assert.deepEqual(tab.bodiesOf('s'), [note('last')]);
  });

  test('rule 36: a visitor cannot send to another’s name or session', async (t) => {
    const victim = await session(t);
    await victim.subscribe('s', '/user/queue/mail');
    for (const name of [visitor.uid, victim.session]) {
      const stranger = await session(t, await newConversation(server, 'Stranger'));
      stranger.send('SEND', { destination: `/user/${name}/queue/mail`, receipt: 'r' }, note('intruder'));
      await until('an answer', () => stranger.frames.length > 1 || stranger.gone);
    }
    await push(server, visitor.uid, { destination: '/queue/mail', payload: { text: 'last' } });
    await victim.message(note('last'));
    assert.deepEqual(victim.bodiesOf('s'), [note('last')]);
  });
});

describe('rule 37: wildcards', () => {
  const patterns = [
    '/queue/**',
    '/topic/**',
    '/topic/#',
    '/topic/*',
    '/user/**',
    '/user/queue/**',
    '/user/*/queue/x',
    '/app/**',
  ];
  for (const destination of patterns) {
    test(`rule 37: a visitor may not SUBSCRIBE to ${destination}`, async (t) => {
      const raw = await session(t);
      raw.send('SUBSCRIBE', { id: 's', destination, receipt: 'r' });
      assert.equal((await raw.refusal()).headers['receipt-id'], 'r');
    });
  }

  test('rule 37: a visitor may not SUBSCRIBE to the internal name of another’s queue', async (t) => {
    const victim = await session(t);
    for (const destination of [
      `/queue/x-user${victim.session}`,
      `/user/${visitor.uid}/queue/x`,
      `/topic/user.${visitor.uid}`,
    ]) {
      const stranger = await session(t, await newConversation(server, 'Stranger'));
      stranger.send('SUBSCRIBE', { id: 's', destination, receipt: 'r' });
      await stranger.refusal();
    }
  });

  test('rule 37: whoever may listen to every live topic still sees nothing of a user', async (t) => {
    const victim = await session(t);
    const listener = await rawService(t, server);
    await victim.subscribe('s', '/user/queue/secret');
    await listener.subscribe('all', '/topic/**');
    await push(server, visitor.uid, { destination: '/queue/secret', payload: { text: 'secret' } });
    await victim.message(note('secret'));
    await listener.confirmed('SEND', { destination: '/topic/other/x' }, 'last');
    await listener.message('last');
    assert.deepEqual(listener.bodiesOf('all'), ['last']);
  });
});

test('rule 38: a slow consumer of a live topic is cut off, and the others are not', async (t) => {
  const [slow, quick, publisher] = [
    await rawService(t, server),
    await rawService(t, server),
    await rawService(t, server),
  ];
  await slow.subscribe('s', '/topic/flood/x');
  await quick.subscribe('s', '/topic/flood/x');
  slow.carrier.pause();
  const body = 'x'.repeat(60_000);
  const overflows = async () => {
    const { text } = await request(server, 'GET', '/metrics');
    return Number(/^deskwire_outbox_overflows_total (\d+)/m.exec(text)?.[1] ?? 0);
  };
  await until('the outbox is full', async () => {
    await publisher.confirmed('SEND', { destination: '/topic/flood/x' }, body);
    return overflows();
  });
  slow.carrier.resume();
  const code = await slow.closed();
  assert.ok([4500, 1006].includes(code), `close code ${code}`);
  await publisher.confirmed('SEND', { destination: '/topic/flood/x' }, 'last');
  await quick.message('last');
});

describe('rule 40: origins', () => {
  /** The status of an upgrade: 101, or why there is none. */
  const upgrade = async (path, origin) => {
    const headers = origin === undefined ? {} : { Origin: origin };
    const opened = await RawSocket.open(server, path, 'v12.stomp', headers).catch(({ status }) => ({ status }));
    opened.destroy?.();
    return typeof opened.status === 'number' ? opened.status : 101;
  };

  const cases = [
    ['/stomp', undefined, 101],
    ['/stomp', SHOP, 101],
    ['/stomp', 'https://a.shop.example', 101],
    ['/stomp', 'http://localhost:5173', 101],
    ['/stomp', 'https://evil.example', 403],
    ['/stomp', 'http://shop.example', 403],
    ['/stomp', 'https://shop.example.evil.example', 403],
    ['/stomp', 'null', 403],
    ['/ws/agent', DESK, 101],
    ['/ws/agent', SHOP, 403],
    ['/ws/agent/websocket', SHOP, 403],
    [`${SOCKJS}/000/abcdefgh/websocket`, 'https://evil.example', 403],
    [`${SOCKJS}/000/abcdefgi/websocket`, SHOP, 101],
  ];
  for (const [path, origin, status] of cases) {
    test(`rule 40: ${path} from ${origin} is answered ${status}`, async () => {
      assert.equal(await upgrade(path, origin), status);
    });
  }

  test('rule 40: the requests of SockJS from a wrong origin are 403', async () => {
    const headers = { Origin: 'https://evil.example' };
    const stranger = new SockJsHttp(server, { headers });
    for (const transport of ['xhr', 'xhr_streaming', 'eventsource', 'htmlfile']) {
      assert.equal((await stranger.receive(transport).whole()).status, 403, transport);
    }
    assert.equal((await request(server, 'GET', `${SOCKJS}/info`, { headers })).status, 403);
    const own = new SockJsHttp(server);
    await own.poll();
    const { status } = await request(server, 'POST', own.path('xhr_send'), { headers, body: '["\\n"]' });
    assert.equal(status, 403);
  });

  test('rule 40: what a page of a wrong origin could use without naming it is not there', async () => {
    assert.equal((await new SockJsHttp(server).receive('jsonp').whole()).status, 404);
    assert.equal((await request(server, 'GET', `${SOCKJS}/iframe.html`)).status, 404);
  });

  test('rule 40: a page may read that it was refused', async () => {
    const headers = { Origin: 'https://evil.example' };
    const info = await request(server, 'GET', `${SOCKJS}/info`, { headers });
    const poll = await new SockJsHttp(server, { headers }).receive('xhr').whole();
    for (const refused of [info, poll]) {
      assert.equal(refused.headers['access-control-allow-origin'], headers.Origin);
      assert.equal(refused.headers['access-control-allow-credentials'], 'true');
    }
  });
});
