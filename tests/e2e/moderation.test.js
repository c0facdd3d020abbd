// Words that are not to be said and visitors who are not heard, on every way in.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import SockJS from 'sockjs-client';
import { history, messageFrom, newVisitor, requestThread, sendByHttp, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { SOCKJS } from './sockjs-peer.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const PASSWORD = 'a password for everybody here';
const [TABOO, BLACKLISTED] = ['taboo', 'blacklisted'];
const server = await serverForThisFile({ env: { DESKWIRE_ADMIN_PASSWORD: PASSWORD } });

const post = (person, path, body) => call(server.url, path, { token: person.accessToken, body });
const get = (person, path, query) => call(server.url, path, { token: person.accessToken, query });
const refusedWith = (name, promise) => assert.rejects(promise, ({ error }) => error === name);

async function logIn(username) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username, password: PASSWORD } });
  return { uid: user.uid, accessToken, user: { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' } };
}

let admin;
let number = 0;

before(async () => {
  admin = await logIn('admin');
});

/** A new agent, online, and a visitor in conversation with it. */
async function pair(t) {
  number += 1;
  const uid = `guard${number}`;
  await post(admin, '/api/v1/agent/create', { uid, username: uid, nickname: 'Ann', password: PASSWORD, capacity: 5 });
  const ann = await logIn(uid);
  const online = await MqttPeer.asAgent(server, ann);
  t.after(() => online.disconnect());
  return { ann, online, visitor: await requestThread(server, await newVisitor(server, 'V'), { sid: uid }) };
}

const list = (content, action) => post(admin, '/api/v1/taboo/create', { content, action });
const contents = async (visitor) => (await history(server, visitor)).map(({ content }) => content);
const hitsOf = async (user) => (await get(admin, '/api/v1/taboo/message/query', { userUid: user.uid })).content;

/** Each way in that a visitor has: sends a text, and rejects if it is refused. */
const WAYS = {
  http: (visitor, content) => sendByHttp(server, visitor, textFrom(visitor, visitor.thread, content)),
  stomp: (visitor, content) => byStomp(visitor, content, {}),
  sockjs: (visitor, content) =>
    byStomp(visitor, content, { client: { webSocketFactory: () => new SockJS(server.url + SOCKJS) } }),
  async mqtt(visitor, content) {
    const peer = await MqttPeer.connect(server, {
      protocolVersion: 5,
      clientId: `${visitor.uid}/web/d`,
      username: 'visitor',
      password: visitor.accessToken,
      clean: true,
    });
    await peer.send(textFrom(visitor, visitor.thread, content)).finally(() => peer.disconnect());
  },
  async session(visitor, content) {
    const peer = await StompPeer.withToken(server, visitor);
    try {
      const errors = [];
      await peer.follow(visitor.topic);
      peer.client.subscribe('/user/queue/errors', ({ body }) => errors.push(JSON.parse(body)));
      const msgNo = crypto.randomUUID();
      peer.write('/app/chat/send', {}, JSON.stringify({ topic: visitor.topic, msgType: 'text', msgNo, content }));
      await until('an answer', async () => errors.length || (await history(server, visitor)).some((m) => m.uid === msgNo));
      if (errors.length) {
        throw Object.assign(new Error(errors[0].message), errors[0]);
      }
    } finally {
      await peer.disconnect();
    }
  },
};

async function byStomp(visitor, content, options) {
  const peer = await StompPeer.withToken(server, visitor, options);
  try {
    await peer.send(visitor.topic, textFrom(visitor, visitor.thread, content));
  } finally {
    await peer.disconnect();
  }
}

test('words are refused, masked and noted on every way in', async (t) => {
  const { visitor } = await pair(t);
  await list('毒药', 'BLOCK');
  await list('傻瓜', 'medium');
  await list('refund', 'LOG');
  for (const [name, send] of Object.entries(WAYS)) {
    await assert.rejects(send(visitor, `${name} 毒 药`), `${name} is refused`);
    await send(visitor, `${name} 傻瓜 Refund`);
    assert.equal((await contents(visitor)).at(-1), `${name} ** Refund`);
  }
  assert.ok(!(await contents(visitor)).join().includes('毒'));
  const hits = await hitsOf(visitor);
  assert.equal(hits.length, 3 * Object.keys(WAYS).length);
  assert.deepEqual(hits.slice(0, 3).map(({ word, action }) => `${word} ${action}`).sort(), ['refund LOG', '傻瓜 MASK', '毒药 BLOCK'].sort());
  assert.ok(hits.every(({ threadTopic }) => threadTopic === visitor.topic));
  // Keyset pages.
  const page = await get(admin, '/api/v1/taboo/message/query', { userUid: visitor.uid, pageSize: 2 });
  const rest = await get(admin, '/api/v1/taboo/message/query', { userUid: visitor.uid, pageSize: 100, before: page.next });
  assert.deepEqual([...page.content, ...rest.content].map(({ id }) => id), hits.map(({ id }) => id));
});

test('a refusal says what it is, and cards and forms are looked at', async (t) => {
  const { visitor } = await pair(t);
  await list('砒霜', 'BLOCK');
  await list('笨蛋', 'MASK');
  await refusedWith(TABOO, WAYS.http(visitor, '砒霜'));
  await assert.rejects(WAYS.session(visitor, '砒霜'), ({ error, status }) => error === TABOO && status === 'ERROR');
  const file = JSON.stringify({ name: '笨蛋.pdf', url: 'https://example.org/笨蛋' });
  await sendByHttp(server, visitor, { ...messageFrom(visitor, visitor.thread, { content: file }), type: 'FILE' });
  assert.deepEqual(JSON.parse((await contents(visitor)).at(-1)), { name: '**.pdf', url: 'https://example.org/笨蛋' });
  const leave = (content) => post(visitor, '/visitor/api/v1/message/leave/create', { topic: visitor.topic, content });
  await refusedWith(TABOO, leave('砒霜'));
  assert.equal(JSON.parse((await leave('笨蛋')).extra).content, '**');
});

test('agents are looked at if that is set', async (t) => {
  const { ann, online, visitor } = await pair(t);
  await list('骗子', 'MASK');
  await online.send(textFrom(ann, visitor.thread, '骗子'));
  assert.equal((await contents(visitor)).at(-1), '骗子');
  await post(admin, '/api/v1/taboo/settings/update', { checkAgents: true, checkRobots: false });
  t.after(() => post(admin, '/api/v1/taboo/settings/update', { checkAgents: false, checkRobots: false }));
  await online.send(textFrom(ann, visitor.thread, '又是骗子'));
  assert.equal((await contents(visitor)).at(-1), '又是**');
});

test('the list is for administrators, hits for supervisors', async (t) => {
  const { ann, visitor } = await pair(t);
  const word = await list('一次', 'MASK');
  await assert.rejects(list('一 次', 'LOG'), 'it is listed already');
  for (const person of [ann, visitor]) {
    await assert.rejects(post(person, '/api/v1/taboo/create', { content: 'x', action: 'LOG' }));
    await assert.rejects(get(person, '/api/v1/taboo/query/org', {}));
    await assert.rejects(get(person, '/api/v1/taboo/message/query', {}));
  }
  await post(admin, '/api/v1/agent/update/duty', { uid: ann.uid, role: 'SUPERVISOR', capacity: 5 });
  const boss = await logIn(ann.uid);
  const { content } = await get(boss, '/api/v1/taboo/query/org', { pageSize: 100 });
  assert.ok(content.some(({ uid }) => uid === word.uid));
  await assert.rejects(post(boss, '/api/v1/taboo/delete', { uid: word.uid }));
  await post(admin, '/api/v1/taboo/update', { uid: word.uid, enabled: false });
  await WAYS.http(visitor, '一次');
  assert.equal((await contents(visitor)).at(-1), '一次');
  assert.deepEqual(await post(admin, '/api/v1/taboo/import', { contents: ['一次', '两次'], action: 'LOG' }), {
    created: 1,
    known: 1,
  });
  assert.equal(await post(admin, '/api/v1/taboo/delete', { uid: word.uid }), true);
});

test('who is blocked is not heard on any way in, and reads on', async (t) => {
  const { ann, online, visitor } = await pair(t);
  const open = await StompPeer.withToken(server, visitor);
  t.after(() => open.disconnect());
  const feed = await open.follow(visitor.topic);
  await open.send(visitor.topic, textFrom(visitor, visitor.thread, 'before'));
  const notes = `${visitor.topic}_internal`;
  const block = await post(ann, '/api/v1/black/create', { uid: `b-${visitor.uid}`, blackUid: visitor.uid, reason: 'spam' });
  assert.deepEqual([block.createdBy, block.threadTopic, block.active], [ann.uid, visitor.topic, true]);
  const head = (await history(server, visitor)).length;
  for (const [name, send] of Object.entries(WAYS)) {
    await assert.rejects(send(visitor, name), `${name} is refused`);
  }
  await refusedWith(BLACKLISTED, WAYS.http(visitor, 'http'));
  await assert.rejects(WAYS.session(visitor, 'x'), ({ error, status }) => error === BLACKLISTED && status === 'BLOCKED');
  await refusedWith(BLACKLISTED, requestThread(server, visitor, { sid: ann.uid }));
  await refusedWith(BLACKLISTED, post(visitor, '/visitor/api/v1/message/leave/create', { topic: visitor.topic, content: 'x' }));
  await refusedWith(BLACKLISTED, post(visitor, '/visitor/api/v1/rating/submit', { topic: visitor.topic, score: 1 }));
  await refusedWith(BLACKLISTED, post(visitor, '/visitor/api/v1/thread/close', { topic: visitor.topic }));
  const form = new FormData();
  form.set('file', new Blob(['hello'], { type: 'text/plain' }), 'hello.txt');
  form.set('visitorUid', visitor.uid);
  const upload = await fetch(`${server.url}/visitor/api/v1/upload/file`, { method: 'POST', body: form });
  assert.equal((await upload.json()).error, BLACKLISTED);
  assert.equal((await history(server, visitor)).length, head, 'nothing of it is in the conversation');
  // What the desk says comes on the connection that was open, which is cut only when its visitor speaks.
  await online.send(textFrom(ann, visitor.thread, 'goodbye'));
  await feed.item('the answer', ({ content }) => content === 'goodbye');
  open.client.publish({ destination: `/topic/${visitor.topic}`, body: JSON.stringify(textFrom(visitor, visitor.thread, 'x')) });
  assert.match(await open.refusal(), /blocked/);
  const again = await StompPeer.withToken(server, visitor);
  await again.follow(visitor.topic);
  await again.disconnect();
  // The desk knows, the visitor is not shouted at.
  const { content: noted } = await get(ann, '/api/v1/message/thread/topic', { topic: notes });
  assert.deepEqual(noted.map(({ type, extra }) => [type, JSON.parse(extra).event.name]), [['SYSTEM', 'BLOCKED']]);
  assert.equal(await get(ann, `/api/v1/black/exists/${visitor.uid}`, {}), true);
  assert.equal(await post(ann, `/api/v1/black/unblock/${visitor.uid}`, {}), true);
  await WAYS.http(visitor, 'back');
  const { content: rows } = await get(admin, '/api/v1/black/query/org', { blackUid: visitor.uid });
  assert.deepEqual(rows.map(({ createdBy, unblockedBy, active }) => [createdBy, unblockedBy, active]), [[ann.uid, ann.uid, false]]);
});

test('a block survives a restart and ends by itself', async (t) => {
  const { visitor } = await pair(t);
  await server.kill();
  await server.restart();
  const endTime = Date.now() + 3000;
  await post(admin, '/api/v1/black/create', { blackUid: visitor.uid, endTime });
  await server.kill();
  await server.restart();
  if (Date.now() < endTime - 500) {
    await refusedWith(BLACKLISTED, WAYS.http(visitor, 'too early'));
  }
  await until('the block is over', () => WAYS.http(visitor, 'in time').then(() => true, () => false));
  assert.ok(Date.now() >= endTime);
});

test('an address is blocked with its visitor', async (t) => {
  const { ann, visitor } = await pair(t);
  const neighbour = await requestThread(server, await newVisitor(server, 'N'), { sid: ann.uid });
  const { uid, blockIp } = await post(ann, '/api/v1/black/create', { blackUid: visitor.uid, blockIp: true });
  t.after(() => post(admin, '/api/v1/black/delete', { uid }));
  assert.equal(blockIp, '127.0.0.1');
  await refusedWith(BLACKLISTED, WAYS.http(neighbour, 'me too'));
  await sendAsAgent(ann, neighbour);
});

const sendAsAgent = (ann, visitor) =>
  post(ann, '/api/v1/message/rest/send', { json: JSON.stringify(textFrom(ann, visitor.thread, 'we are never blocked')) });

test('agents block visitors of theirs, supervisors all', async (t) => {
  const [{ ann, visitor }, { ann: other }] = [await pair(t), await pair(t)];
  await assert.rejects(post(other, '/api/v1/black/create', { blackUid: visitor.uid }));
  await assert.rejects(post(visitor, '/api/v1/black/create', { blackUid: visitor.uid }));
  const { uid } = await post(admin, '/api/v1/black/create', { blackUid: visitor.uid });
  await assert.rejects(post(ann, '/api/v1/black/delete', { uid }), 'another made it');
  assert.equal((await get(ann, '/api/v1/black/query/org', { blackUid: visitor.uid })).totalElements, 0);
  const ended = await post(admin, '/api/v1/black/delete', { uid });
  assert.deepEqual([ended.active, ended.unblockedBy], [false, admin.uid]);
});
