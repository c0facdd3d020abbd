// Webhooks with a receiver that fails, hangs and is killed; robots that answer, hand over and come too late; reports.

import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, newVisitor, ORG, requestThread, sendByHttp, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { HookReceiver } from './hook-receiver.js';
import { until } from './waiting.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({
  env: {
    DESKWIRE_ADMIN_PASSWORD: PASSWORD,
    DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]',
    DESKWIRE__WEBHOOKS__RETRY_MS: '20',
    DESKWIRE__WEBHOOKS__RETRY_MAX_S: '1',
    DESKWIRE__WEBHOOKS__ATTEMPTS: '4',
    DESKWIRE__WEBHOOKS__TIMEOUT_MS: '1000',
    DESKWIRE__WEBHOOKS__ROBOT_TIMEOUT_MS: '1000',
    DESKWIRE__WEBHOOKS__REQUESTS_PER_HOOK: '2',
  },
});

let admin;
let number = 0;

const post = (path, body) => call(server.url, path, { token: admin, body });
const get = (path, query) => call(server.url, path, { token: admin, query });

before(async () => {
  const body = { username: 'admin', password: PASSWORD };
  admin = (await call(server.url, '/auth/v1/login', { body })).accessToken;
});

let hooks = [];
beforeEach(async () => {
  for (const uid of hooks.splice(0)) {
    await post('/api/v1/webhook/delete', { uid });
  }
});

/** A receiver with a webhook that leads to it. */
async function receiver(t, fields = {}) {
  const receiver = await HookReceiver.start();
  t.after(() => receiver.kill());
  number += 1;
  const hook = await post('/api/v1/webhook/create', { uid: `hook${number}`, url: receiver.url, ...fields });
  receiver.trust(hook.uid, hook.secret);
  hooks.push(hook.uid);
  return { receiver, hook };
}

/** A new workgroup without agents. */
async function workgroup() {
  number += 1;
  const uid = `group${number}`;
  await post('/api/v1/workgroup/create', { uid, name: 'Team', agentUids: [] });
  return uid;
}

const ask = async (sid) => requestThread(server, await newVisitor(server), { type: '1', sid });
const say = (visitor, content) => sendByHttp(server, visitor, textFrom(visitor, visitor.thread, content));
const contents = (heard) => heard.map(({ body }) => body.message.content);
const hookState = async (uid) => (await get('/api/v1/webhook/query')).find((hook) => hook.uid === uid);

test('what happens is told in order, signed, once each, also over failures', async (t) => {
  const { receiver: ear, hook } = await receiver(t, { events: ['message', 'conversation'] });
  const refused = new Set();
  ear.answer = ({ id, attempt }) => {
    if (attempt === 1) refused.add(id);
    return { status: attempt === 1 ? 500 : 200 };
  };
  const visitor = await ask(await workgroup());
  for (const text of ['one', 'two', 'three']) await say(visitor, text);
  const accepted = () => ear.heard.filter(({ attempt }) => attempt > 1);
  await until('all are told', () => accepted().length >= 4);
  assert.ok(ear.heard.every(({ isSigned }) => isSigned));
  assert.deepEqual(contents(accepted()).slice(1), ['one', 'two', 'three']);
  assert.deepEqual(
    accepted().map(({ body }) => body.type),
    ['conversation', 'message', 'message', 'message'],
  );
  const [{ body, id }] = accepted();
  assert.equal(body.messageType, 'LEAVE_MSG');
  assert.deepEqual(
    { org: body.orgUid, thread: body.threadUid, visitor: body.visitorUid, id: body.id },
    { org: ORG, thread: visitor.thread.uid, visitor: visitor.uid, id },
  );
  assert.equal(refused.size, 4);
  await until('nothing waits', async () => (await hookState(hook.uid)).waiting === 0);
});

test('a conversation that is not heard holds up no other, and what is given up can be told again', async (t) => {
  const { receiver: ear, hook } = await receiver(t, { events: ['message'] });
  const group = await workgroup();
  const [deaf, heard] = [await ask(group), await ask(group)];
  let isDeaf = true;
  ear.answer = ({ body }) => (isDeaf && body.threadUid === deaf.thread.uid ? 'hang' : { status: 204 });
  await say(deaf, 'lost');
  await say(heard, 'heard');
  await until('the other is told', () => contents(ear.heard).includes('heard'));
  const dead = () => get('/api/v1/webhook/dead/query', { uid: hook.uid });
  await until('it is given up', async () => (await dead()).length === 1, 20_000);
  const [letter] = await dead();
  assert.deepEqual({ attempts: letter.attempts, type: letter.type }, { attempts: 4, type: 'message' });
  assert.match(letter.error, /no answer in time/);
  isDeaf = false;
  const before = ear.heard.length;
  assert.deepEqual(await post('/api/v1/webhook/dead/replay', { uid: hook.uid }), { replayed: 1 });
  await until('it is told again', () => ear.heard.length > before);
  assert.equal(ear.heard.at(-1).body.message.content, 'lost');
  await until('no letter is dead', async () => (await dead()).length === 0);
});

test('nothing is lost when the receiver is gone and the server is killed', async (t) => {
  const { receiver: ear } = await receiver(t, { events: ['message'] });
  const visitor = await ask(await workgroup());
  await say(visitor, 'before');
  await until('the first is told', () => ear.heard.length === 1);
  await ear.kill();
  await say(visitor, 'meanwhile');
  await server.kill();
  await ear.listen(ear.port);
  await server.restart();
  await say(visitor, 'after');
  await until('the last is told', () => contents(ear.heard).includes('after'), 20_000);
  const ids = new Map(ear.heard.map(({ id, body }) => [id, body.message.content]));
  assert.deepEqual([...ids.values()], ['before', 'meanwhile', 'after']);
});

test('webhooks lead to public places only, and are for administrators', async () => {
  const create = (body, token = admin) => call(server.url, '/api/v1/webhook/create', { token, body });
  for (const url of ['http://10.0.0.1/', 'http://[::1]/', 'http://169.254.169.254/latest', 'ftp://example.org/']) {
    await assert.rejects(create({ url }), /public|must be/);
  }
  await assert.rejects(create({ url: 'https://example.org/', events: ['everything'] }), /no events/);
  const visitor = await newVisitor(server);
  await assert.rejects(create({ url: 'https://example.org/' }, visitor.accessToken), /agents/);
  const response = await fetch(`${server.url}/readyz`, { headers: { 'deskwire-webhook': 'x' } });
  assert.equal(response.status, 403);
});

/** A workgroup with a robot that answers `answer`. */
async function robot(t, answer) {
  const group = await workgroup();
  const { receiver: mind, hook } = await receiver(t, { robotOf: group });
  mind.answer = answer;
  const visitor = await ask(group);
  assert.equal(visitor.opening.type, 'WELCOME');
  assert.equal(visitor.opening.thread.status, 'ROBOTING');
  return { mind, hook, visitor, group };
}

const log = (visitor) => history(server, visitor);
const typesOf = async (visitor) => (await log(visitor)).map(({ type }) => type);

test('a robot answers, and hands over when it wants to', async (t) => {
  const { mind, hook, visitor } = await robot(t, ({ body }) => ({
    json:
      body.message.content === 'help'
        ? { messages: [{ content: 'one moment' }], handOver: 'it asks for help' }
        : { messages: [{ type: 'ROBOT_STREAM', content: 'hel' }, { content: 'hello' }] },
  }));
  await say(visitor, 'hi');
  await until('it answers', async () => (await typesOf(visitor)).includes('ROBOT'));
  const answer = (await log(visitor)).find(({ type }) => type === 'ROBOT');
  assert.deepEqual({ uid: answer.user.uid, type: answer.user.type }, { uid: hook.uid, type: 'ROBOT' });
  await say(visitor, 'help');
  await until('it hands over', async () => (await typesOf(visitor)).includes('LEAVE_MSG'));
  const types = await typesOf(visitor);
  assert.deepEqual(types, ['WELCOME', 'TEXT', 'ROBOT_STREAM', 'ROBOT', 'TEXT', 'ROBOT', 'SYSTEM', 'LEAVE_MSG']);
  assert.ok(mind.heard.every(({ isSigned }) => isSigned));
  await say(visitor, 'to people');
  assert.equal(contents(mind.heard).includes('to people'), false);
});

test('a robot that does not answer loses the conversation, and what it says late is not said', async (t) => {
  const { visitor } = await robot(t, () => 'hang');
  await say(visitor, 'hi');
  await until('people have it', async () => (await typesOf(visitor)).includes('LEAVE_MSG'), 20_000);
  assert.deepEqual(await typesOf(visitor), ['WELCOME', 'TEXT', 'SYSTEM', 'LEAVE_MSG']);
});

test('a visitor who wants a person gets one while the robot still thinks', async (t) => {
  let speak;
  const thinks = new Promise((resolve) => (speak = resolve));
  const { mind, visitor, group } = await robot(t, () => thinks.then(() => ({ json: { messages: [{ content: 'late' }] } })));
  await say(visitor, 'hi');
  await until('the robot thinks', () => mind.heard.length === 1);
  const body = { uid: visitor.uid, orgUid: ORG, type: '1', sid: group, forceAgent: true };
  const opening = await call(server.url, '/visitor/api/v1/thread', { token: visitor.accessToken, body });
  assert.equal(opening.type, 'LEAVE_MSG');
  const answered = mind.answered();
  speak();
  await answered;
  await say(visitor, 'to people');
  assert.deepEqual(await typesOf(visitor), ['WELCOME', 'TEXT', 'SYSTEM', 'LEAVE_MSG', 'TEXT']);
  assert.equal(mind.heard.length, 1);
});

test('reports count what happened', async () => {
  const group = await workgroup();
  const visitor = await ask(group);
  await say(visitor, 'hello');
  const [row] = await get('/api/v1/report/service', { workgroup: group, groupBy: 'workgroup' });
  assert.deepEqual(
    { workgroup: row.workgroup, opened: row.opened, missed: row.missed, visitorMessages: row.visitorMessages },
    { workgroup: group, opened: 1, missed: 1, visitorMessages: 1 },
  );
  const response = await fetch(`${server.url}/api/v1/report/service.csv?groupBy=day,agent&workgroup=${group}`, {
    headers: { authorization: `Bearer ${admin}` },
  });
  assert.match(response.headers.get('content-type'), /^text\/csv/);
  const [head, line] = (await response.text()).trim().split('\r\n');
  assert.equal(line.split(',')[head.split(',').indexOf('opened')], '1');
  await assert.rejects(get('/api/v1/report/service', { groupBy: 'week' }), /groupBy/);
});
