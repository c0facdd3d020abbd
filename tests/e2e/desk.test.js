// The service desk over its HTTP API and over stock clients: queue, acceptance, transfer, helpers, notes, the end.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, newVisitor, requestThread, sendByHttp, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({ env: { DESKWIRE_ADMIN_PASSWORD: PASSWORD } });

const post = (person, path, body, headers) =>
  call(server.url, path, { token: person.accessToken, body, ...(headers && { headers }) });
const get = (person, path, query) => call(server.url, path, { token: person.accessToken, query });

async function logIn(username) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username, password: PASSWORD } });
  return { uid: user.uid, accessToken, user: { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' } };
}

let admin;
let number = 0;

before(async () => {
  admin = await logIn('admin');
});

/** New agents, each with this capacity, and a workgroup of them. */
async function team(names, { capacity = 1, roles = {}, settings = {} } = {}) {
  number += 1;
  const called = (name) => `${name}${number}`;
  const agents = {};
  for (const name of names) {
    const uid = called(name);
    const role = roles[name] ?? 'AGENT';
    await post(admin, '/api/v1/agent/create', { uid, username: uid, nickname: name, password: PASSWORD, role, capacity });
    agents[name] = await logIn(uid);
  }
  const workgroup = called('group');
  const agentUids = names.map(called);
  await post(admin, '/api/v1/workgroup/create', { uid: workgroup, name: 'Team', agentUids });
  await post(admin, '/api/v1/settings/update', { uid: workgroup, settings });
  return { ...agents, workgroup };
}

const ask = async (workgroup, nickname) =>
  requestThread(server, await newVisitor(server, nickname), { type: '1', sid: workgroup });

const byUid = (agent, visitor) => get(agent, '/api/v1/thread/query/uid', { uid: visitor.thread.uid });
const thread = async (agent, visitor) => {
  const { content } = await get(agent, '/api/v1/thread/query', { pageSize: 100 });
  return content.find(({ topic }) => topic === visitor.topic);
};
const types = async (visitor) => (await history(server, visitor)).map(({ type }) => type);

/** The types of what was heard of a log; how far others have read is told beside it. */
const inLog = (messages) => messages.map(({ type }) => type).filter((type) => type !== 'READ');

async function online(t, agent) {
  const peer = await MqttPeer.asAgent(server, agent);
  t.after(() => peer.disconnect());
  return peer;
}

test('queue, assignment, transfer with reject and accept, close, and going on', async (t) => {
  const { ann, bob, workgroup } = await team(['ann', 'bob']);
  const annOnline = await online(t, ann);
  const first = await ask(workgroup, 'First');
  assert.equal(first.opening.type, 'WELCOME');
  const second = await ask(workgroup, 'Second');
  assert.equal(second.opening.type, 'QUEUE');
  assert.equal(JSON.parse(second.opening.content).position, 1);
  const waits = await StompPeer.withToken(server, second);
  t.after(() => waits.disconnect());
  const feed = await waits.follow(second.topic);

  // The first one ends, and the second gets the place without asking.
  const closed = await post(ann, '/api/v1/thread/close', { topic: first.topic });
  assert.equal(closed.status, 'CLOSED');
  const welcome = await feed.item('WELCOME', ({ type }) => type === 'WELCOME');
  assert.equal(welcome.message.thread.status, 'CHATTING');
  const { event } = JSON.parse(welcome.message.extra);
  assert.deepEqual([event.name, event.from, event.to, event.agent], ['ASSIGN', 'QUEUING', 'CHATTING', ann.uid]);
  assert.match(event.reason, /fewest open/);

  // Bob is offered it twice.
  const bobOnline = await online(t, bob);
  const create = () => post(ann, '/api/v1/thread/transfer/create', { topic: second.topic, receiver: { uid: bob.uid } });
  const offered = await create();
  assert.equal(JSON.parse(offered.content).status, 'TRANSFER_PENDING');
  await bobOnline.item('the offer', ({ uid }) => uid === offered.uid);
  await post(bob, '/api/v1/thread/transfer/reject', { topic: second.topic, uid: offered.uid });
  assert.equal((await thread(ann, second)).owner, ann.uid);
  assert.deepEqual(await byUid(ann, second), await thread(ann, second));
  const again = await create();
  // Stock clients answer with a message.
  await bobOnline.item('the second offer', ({ uid }) => uid === again.uid);
  const accept = textFrom(bob, second.thread, JSON.stringify({ uid: again.uid }));
  await bobOnline.send({ ...accept, type: 'TRANSFER_ACCEPT' });
  await feed.item('TRANSFER_ACCEPT', ({ type }) => type === 'TRANSFER_ACCEPT');
  assert.equal((await thread(bob, second)).owner, bob.uid);
  assert.equal(await thread(ann, second), undefined);

  // The visitor ends it and comes back with a message.
  await post(second, '/visitor/api/v1/thread/close', { topic: second.topic });
  await annOnline.disconnect();
  await sendByHttp(server, second, textFrom(second, second.thread, 'one more thing'));
  assert.equal((await thread(bob, second)).status, 'CHATTING');
  assert.deepEqual(await types(second), [
    'QUEUE', 'WELCOME', 'TRANSFER', 'TRANSFER_REJECT', 'TRANSFER', 'TRANSFER_ACCEPT', 'VISITOR_CLOSED',
    'TEXT', 'WELCOME',
  ]);
});

test('who has passed a conversation on hears no more of it until it is back', async (t) => {
  const { ann, bob, workgroup } = await team(['ann', 'bob']);
  const annOnline = await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  const bobOnline = await online(t, bob);
  const watching = await StompPeer.withToken(server, ann);
  t.after(() => watching.disconnect());
  const feed = await watching.follow(visitor.topic);
  const pass = async (from, to) => {
    const offered = await post(from, '/api/v1/thread/transfer/create', { topic: visitor.topic, agentUid: to.uid });
    await post(to, '/api/v1/thread/transfer/accept', { topic: visitor.topic, uid: offered.uid });
  };
  await pass(ann, bob);
  const secrets = ['one', 'two'].map((content) => textFrom(visitor, visitor.thread, content));
  for (const secret of secrets) {
    await sendByHttp(server, visitor, secret);
    await bobOnline.message(secret.uid);
  }
  for (const heard of [annOnline.in(visitor.topic).map(({ message }) => message), feed.messages]) {
    assert.equal(heard.at(-1).type, 'TRANSFER_ACCEPT');
  }
  await pass(bob, ann);
  const last = textFrom(visitor, visitor.thread, 'welcome back');
  await sendByHttp(server, visitor, last);
  await Promise.all([annOnline.message(last.uid), feed.message(last.uid)]);
  const types = ['WELCOME', 'TRANSFER', 'TRANSFER_ACCEPT', 'TEXT', 'TEXT', 'TRANSFER', 'TRANSFER_ACCEPT', 'TEXT'];
  assert.deepEqual(inLog(annOnline.in(visitor.topic).map(({ message }) => message)), types);
  assert.deepEqual(inLog(feed.messages).slice(-7), types.slice(1));
});

test('how a conversation ended comes to a device that was away', async (t) => {
  const { ann, workgroup } = await team(['ann']);
  const away = await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  const first = textFrom(visitor, visitor.thread, 'hello');
  await sendByHttp(server, visitor, first);
  await away.message(first.uid);
  await away.disconnect();
  const last = textFrom(visitor, visitor.thread, 'never mind');
  await sendByHttp(server, visitor, last);
  await post(visitor, '/visitor/api/v1/thread/close', { topic: visitor.topic });
  const back = await online(t, ann);
  await back.message(last.uid);
  const heardBy = (peer) => inLog(peer.in(visitor.topic).map(({ message }) => message));
  await until('the end comes', () => heardBy(back).includes('VISITOR_CLOSED'));
  assert.deepEqual(heardBy(back), ['TEXT', 'VISITOR_CLOSED']);
  await back.disconnect();
  const again = await online(t, ann);
  const next = await ask(workgroup, 'W');
  await until('the next one comes', () => again.in(next.topic).length > 0);
  assert.deepEqual(heardBy(again), [], 'it has heard the end');
});

test('how a conversation ended comes to an inbox on STOMP whose device was away', async (t) => {
  const { ann, workgroup } = await team(['ann']);
  const present = await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  const tablet = { device: 'tablet' };
  const away = await StompPeer.withToken(server, ann, tablet);
  const first = textFrom(visitor, visitor.thread, 'hello');
  const inbox = await away.subscribe('/user/queue/messages', { ack: 'client' });
  await sendByHttp(server, visitor, first);
  await inbox.message(first.uid);
  await away.settle();
  await away.cut();
  await post(visitor, '/visitor/api/v1/thread/close', { topic: visitor.topic });
  const heardByOther = () => inLog(present.in(visitor.topic).map(({ message }) => message));
  await until('the other device hears the end', () => heardByOther().includes('VISITOR_CLOSED'));

  const heard = async () => {
    const peer = await StompPeer.withToken(server, ann, tablet);
    t.after(() => peer.cut());
    const feed = await peer.subscribe('/user/queue/messages', { ack: 'client' });
    return { peer, types: () => inLog(feed.messages.filter(({ thread }) => thread?.topic === visitor.topic)), feed };
  };
  const back = await heard();
  await until('the end comes', () => back.types().length > 0);
  assert.deepEqual(back.types(), ['VISITOR_CLOSED']);
  await back.peer.settle();
  await back.peer.cut();
  const again = await heard();
  const next = await ask(workgroup, 'W');
  await until('the next one comes', () => again.feed.messages.some(({ thread }) => thread?.topic === next.topic));
  assert.deepEqual(again.types(), [], 'it has heard the end');
});

test('a request under the same key does what it does once', async (t) => {
  const { ann, bob, workgroup } = await team(['ann', 'bob']);
  await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  await online(t, bob);
  const body = { topic: visitor.topic, agentUid: bob.uid, uid: 'one-transfer' };
  const [first, repeat] = [
    await post(ann, '/api/v1/thread/transfer/create', body),
    await post(ann, '/api/v1/thread/transfer/create', body),
  ];
  assert.equal(first.seq, repeat.seq);
  assert.deepEqual(await types(visitor), ['WELCOME', 'TRANSFER']);
});

test('a pool: the first to accept has it', async (t) => {
  const { ann, bob, workgroup } = await team(['ann', 'bob'], { settings: { routing: 'MANUAL' } });
  const visitor = await ask(workgroup, 'V');
  assert.equal(visitor.opening.type, 'QUEUE');
  assert.equal((await get(ann, '/api/v1/queue/query/queuing')).content[0].topic, visitor.topic);
  assert.equal(await get(bob, '/api/v1/queue/agent/queuing/count'), 1);
  const taken = await Promise.allSettled([
    post(ann, '/api/v1/agent/accept', { uid: visitor.thread.uid }),
    post(bob, '/api/v1/thread/accept', { topic: visitor.topic }),
  ]);
  assert.equal(taken.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.deepEqual(await types(visitor), ['QUEUE', 'WELCOME']);
});

test('a helper comes and goes, and notes stay at the desk', async (t) => {
  const { ann, bob, workgroup } = await team(['ann', 'bob']);
  await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  const bobOnline = await online(t, bob);
  const invited = await post(ann, '/api/v1/thread/invite/create', { topic: visitor.topic, agentUid: bob.uid });
  await post(bob, '/api/v1/thread/invite/accept', { topic: visitor.topic, uid: invited.uid });
  await bobOnline.send(textFrom(bob, visitor.thread, 'I can help'));
  await post(ann, '/api/v1/thread/whisper', { topic: visitor.topic, content: 'be kind to this one' });
  const note = await bobOnline.item('the note', ({ content }) => content === 'be kind to this one');
  assert.equal(note.message.thread.topic, `${visitor.topic}_internal`);
  await post(bob, '/api/v1/thread/invite/exit', { topic: visitor.topic });
  assert.deepEqual(await types(visitor), ['WELCOME', 'INVITE', 'INVITE_ACCEPT', 'TEXT', 'INVITE_EXIT']);
  const spied = get(visitor, '/visitor/api/v1/message/thread/topic', { topic: `${visitor.topic}_internal`, uid: visitor.uid });
  await assert.rejects(spied);
});

test('a supervisor sees everything and takes over; an agent does not', async (t) => {
  const { ann, boss, workgroup } = await team(['ann', 'boss'], { roles: { boss: 'SUPERVISOR' } });
  await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  await assert.rejects(get(ann, '/api/v1/thread/query/org', {}));
  const { content } = await get(boss, '/api/v1/thread/query/org', { status: 'CHATTING', pageSize: 100 });
  assert.ok(content.some(({ topic }) => topic === visitor.topic));
  const state = await get(boss, '/api/v1/workgroup/routing/state', { uid: workgroup });
  assert.deepEqual([state.routing, state.agents[0].chatting, state.agents[0].ready], ['LEAST_ACTIVE', 1, true]);
  await assert.rejects(post(ann, '/api/v1/thread/takeover', { topic: visitor.topic }));
  await post(boss, '/api/v1/thread/watch', { topic: visitor.topic });
  const taken = await post(boss, '/api/v1/thread/takeover', { topic: visitor.topic });
  assert.equal(taken.owner, boss.uid);
  await assert.rejects(post(ann, '/api/v1/thread/close', { topic: visitor.topic }));
});

test('only administrators change settings and people', async () => {
  const { ann, workgroup } = await team(['ann']);
  const changes = { uid: workgroup, settings: { routing: 'RANDOM' } };
  await assert.rejects(post(ann, '/api/v1/settings/update', changes));
  assert.equal((await get(ann, '/api/v1/settings/query', { uid: workgroup })).routing, 'LEAST_ACTIVE');
  assert.equal((await post(admin, '/api/v1/settings/update', changes)).routing, 'RANDOM');
  await assert.rejects(post(admin, '/api/v1/settings/update', { uid: workgroup, settings: { routing: 'GUESS' } }));
  await assert.rejects(post(ann, '/api/v1/agent/create', { username: 'x', password: 'secret-enough' }));
  await assert.rejects(post(ann, '/api/v1/agent/update/duty', { uid: ann.uid, role: 'ADMIN', capacity: 1 }));
  const { role } = await post(admin, '/api/v1/agent/update/duty', { uid: ann.uid, role: 'SUPERVISOR', capacity: 5 });
  assert.equal(role, 'SUPERVISOR');
});

test('an organisation hears how seats are, and who waits hears its place', async (t) => {
  const { ann, workgroup } = await team(['ann']);
  await online(t, ann);
  const first = await ask(workgroup, 'First');
  const listener = await StompPeer.withToken(server, ann);
  t.after(() => listener.disconnect());
  const seats = await listener.follow('seat/status');
  await post(ann, '/api/v1/agent/update/status', { status: 'BUSY' });
  const { message } = await seats.item('the seat', ({ agentUid, status }) => agentUid === ann.uid && status === 'BUSY');
  assert.equal(message.available, false);
  await post(ann, '/api/v1/agent/update/status', { status: 'AVAILABLE' });
  const [second, third] = [await ask(workgroup, 'Second'), await ask(workgroup, 'Third')];
  const peer = await StompPeer.withToken(server, third);
  t.after(() => peer.disconnect());
  const feed = await peer.follow(third.topic);
  await post(ann, '/api/v1/thread/close', { topic: first.topic });
  await feed.item('QUEUE_UPDATE', ({ type, content }) => type === 'QUEUE_UPDATE' && JSON.parse(content).position === 1);
  await until('the second is served', async () => (await thread(ann, second))?.status === 'CHATTING');
});

test('an offer and a wait outlive a restart', async (t) => {
  const { ann, bob, workgroup } = await team(['ann', 'bob'], { settings: { transferTimeoutS: 1 } });
  await online(t, ann);
  const visitor = await ask(workgroup, 'V');
  const bobOnline = await online(t, bob);
  const offered = await post(ann, '/api/v1/thread/transfer/create', { topic: visitor.topic, agentUid: bob.uid });
  await bobOnline.item('the offer', ({ uid }) => uid === offered.uid);
  await server.kill();
  await server.restart();
  await until('the offer is over', async () => (await types(visitor)).includes('TRANSFER_TIMEOUT'));
  assert.deepEqual(await types(visitor), ['WELCOME', 'TRANSFER', 'TRANSFER_TIMEOUT']);
});
