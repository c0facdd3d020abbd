// What the desk knows of its visitors, writes on conversations, has ready to say and answers by itself.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { ORG, history, messageFrom, newVisitor, requestThread, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({ env: { DESKWIRE_ADMIN_PASSWORD: PASSWORD } });

const post = (person, path, body) => call(server.url, path, { token: person.accessToken, body });
const get = (person, path, query) => call(server.url, path, { token: person.accessToken, query });

async function logIn(username, password = PASSWORD) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username, password } });
  return { uid: user.uid, accessToken, user: { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' } };
}

let admin;
let number = 0;

before(async () => {
  admin = await logIn('admin');
});

/** Two new agents, and a workgroup of the first with these settings. */
async function desk(settings = {}) {
  number += 1;
  const [ann, bob, workgroup] = [`ann${number}`, `bob${number}`, `team${number}`];
  for (const uid of [ann, bob]) {
    await post(admin, '/api/v1/agent/create', { uid, username: uid, nickname: uid, password: PASSWORD, capacity: 5 });
  }
  await post(admin, '/api/v1/workgroup/create', { uid: workgroup, name: 'Team', agentUids: [ann] });
  await post(admin, '/api/v1/settings/update', { uid: workgroup, settings });
  return { ann: await logIn(ann), bob: await logIn(bob), workgroup };
}

const ask = async (workgroup) => requestThread(server, await newVisitor(server, 'V'), { type: '1', sid: workgroup });
const types = async (visitor) => (await history(server, visitor)).map(({ type }) => type);
const eventOf = ({ extra }) => JSON.parse(extra).event;

test('what a visitor tells is known at the desk, corrected there, and its colleagues see it at once', async (t) => {
  const { ann, bob, workgroup } = await desk();
  const annOnline = await MqttPeer.asAgent(server, ann);
  t.after(() => annOnline.disconnect());
  const told = { orgUid: ORG, nickname: 'V', mobile: 123, url: 'https://shop.example/a', vipLevel: 2, note: 'big order' };
  const first = await call(server.url, '/visitor/api/v1/init', { body: told });
  assert.deepEqual([first.mobile, first.note], ['123', undefined], 'its own contact, never the note');
  const introduced = { ...first, user: { uid: first.uid, nickname: 'V', avatar: '', type: 'VISITOR' } };
  const visitor = await requestThread(server, introduced, { type: '1', sid: workgroup });

  const known = await get(ann, '/api/v1/visitor/query/uid', { uid: visitor.uid });
  assert.deepEqual([known.mobile, known.url, known.vipLevel, known.note], ['123', told.url, '2', 'big order']);
  await assert.rejects(get(bob, '/api/v1/visitor/query/uid', { uid: visitor.uid }), /no such visitor/);
  await assert.rejects(get(visitor, '/api/v1/visitor/query/uid', { uid: visitor.uid }), /403/);
  assert.equal((await get(admin, '/api/v1/visitor/query/uid', { uid: visitor.uid })).uid, visitor.uid);

  const colleague = await StompPeer.withToken(server, ann);
  t.after(() => colleague.disconnect());
  const notes = await colleague.follow(`${visitor.topic}_internal`);
  await post(ann, '/api/v1/visitor/update', { uid: visitor.uid, nickname: 'Vera', email: 'v@example.org' });
  await post(ann, '/api/v1/visitor/update/note', { uid: visitor.uid, note: 'likes tea' });
  await post(ann, '/api/v1/visitor/update/tagList', { uid: visitor.uid, tagList: ['vip'] });
  await post(ann, '/api/v1/thread/update/note', { topic: visitor.topic, note: 'call back' });
  await post(ann, '/api/v1/thread/update/tagList', { topic: visitor.topic, tagList: ['urgent'] });
  const { message } = await notes.item('the tags', ({ extra }) => eventOf({ extra })?.name === 'THREAD_TAGS');
  assert.deepEqual(eventOf(message).changes.tagList, ['urgent']);
  assert.deepEqual(await types(visitor), ['WELCOME'], 'the visitor hears nothing of it');

  // The page tells the old name again: the correction stands.
  await call(server.url, '/visitor/api/v1/init', { body: { ...told, uid: visitor.uid } });
  const now = await get(ann, '/api/v1/visitor/query/uid', { uid: visitor.uid });
  assert.deepEqual([now.nickname, now.email, now.note, now.tagList], ['Vera', 'v@example.org', 'likes tea', ['vip']]);
  const row = await get(ann, '/api/v1/thread/query/topic', { topic: visitor.topic });
  assert.deepEqual([row.note, row.tagList, row.user.nickname], ['call back', ['urgent'], 'Vera']);
  const { content: own } = await get(visitor, '/visitor/api/v1/threads', { uid: visitor.uid });
  assert.deepEqual([own[0].note, own[0].tagList], [undefined, undefined]);
});

test('each agent keeps conversations in its own way', async (t) => {
  const { ann, workgroup } = await desk();
  const annOnline = await MqttPeer.asAgent(server, ann);
  t.after(() => annOnline.disconnect());
  const [older, newer] = [await ask(workgroup), await ask(workgroup)];
  const list = async () => (await get(ann, '/api/v1/thread/query', {})).content.map(({ topic }) => topic);
  assert.deepEqual(await list(), [newer.topic, older.topic]);
  const marked = await post(ann, '/api/v1/thread/update/top', { topic: older.topic, top: true });
  assert.deepEqual([marked.top, marked.star, marked.mute], [true, 0, false]);
  assert.deepEqual(await list(), [older.topic, newer.topic]);
  await post(ann, '/api/v1/thread/update', { topic: older.topic, star: true, mute: true });
  const row = await get(ann, '/api/v1/thread/query/topic', { topic: older.topic });
  assert.deepEqual([row.top, row.star, row.mute], [true, 1, true]);
  await assert.rejects(post(ann, '/api/v1/thread/update/top', { topic: older.topic }), /top is missing/);
  await post(ann, '/api/v1/thread/delete', { topic: newer.topic });
  assert.deepEqual(await list(), [older.topic]);
  const supervised = await get(admin, '/api/v1/thread/query/topic', { topic: older.topic });
  assert.equal(supervised.top, false);
});

test('canned replies are the organisation\'s, a workgroup\'s and an agent\'s', async () => {
  const { ann, bob, workgroup } = await desk();
  const reply = (fields) => ({ shortcut: '/hi', title: 'Greeting', content: 'Good day', ...fields });
  const own = await post(ann, '/api/v1/quickreply/create', reply({ content: 'Hello from Ann' }));
  assert.deepEqual([own.level, own.shortcut, own.ownerUid], ['AGENT', 'hi', ann.uid]);
  const shared = reply({ uid: `shared${number}`, level: 'WORKGROUP', workgroupUid: workgroup });
  await assert.rejects(post(ann, '/api/v1/quickreply/create', shared));
  for (let times = 0; times < 2; times += 1) {
    await post(admin, '/api/v1/quickreply/create', shared);
  }
  const find = async (agent, query) => (await get(agent, '/api/v1/quickreply/query', query)).content.map(({ content }) => content);
  assert.deepEqual((await find(ann, { searchText: '/H' })).sort(), ['Good day', 'Hello from Ann']);
  assert.deepEqual(await find(bob, {}), []);
  await assert.rejects(post(bob, '/api/v1/quickreply/update', { uid: own.uid, title: 'x' }));
  const changed = await post(ann, '/api/v1/quickreply/update', { uid: own.uid, title: 'New' });
  assert.deepEqual([changed.title, changed.content], ['New', 'Hello from Ann']);
  await post(ann, '/api/v1/quickreply/delete', { uid: own.uid });
  assert.deepEqual(await find(ann, { searchText: 'ann' }), []);
});

test('the desk answers by itself, behind the message and not twice, also after a kill', async (t) => {
  const autoReply = { enabled: true, type: 'KEYWORD', rules: [{ keywords: ['price'], content: 'It is 10.' }] };
  const { ann, workgroup } = await desk({ autoReply });
  const annOnline = await MqttPeer.asAgent(server, ann);
  t.after(() => annOnline.disconnect());
  const faq = await post(admin, '/api/v1/faq/create', { serviceUid: workgroup, question: 'How?', answer: 'So.' });
  const visitor = await ask(workgroup);
  assert.equal(JSON.parse(visitor.opening.content).faqs[0].uid, faq.uid);
  const peer = await StompPeer.withToken(server, visitor);
  const feed = await peer.follow(visitor.topic);
  const priced = textFrom(visitor, visitor.thread, 'The price?');
  await peer.send(visitor.topic, priced);
  const { message: reply } = await feed.item('the reply', ({ content }) => content === 'It is 10.');
  assert.equal(JSON.parse(reply.extra).autoReply, 'KEYWORD-0');
  const question = { ...messageFrom(visitor, visitor.thread, { content: faq.uid }), type: 'FAQ_QUESTION' };
  await peer.send(visitor.topic, question);
  const { message: answer } = await feed.item('the answer', ({ type }) => type === 'FAQ_ANSWER');
  assert.equal(JSON.parse(answer.content).answer, 'So.');
  await server.kill();
  await server.restart();
  const back = await StompPeer.withToken(server, visitor);
  t.after(() => back.disconnect());
  for (const again of [priced, question]) {
    await back.send(visitor.topic, again);
  }
  await back.send(visitor.topic, { ...messageFrom(visitor, visitor.thread, { content: answer.uid }), type: 'ROBOT_UP' });
  assert.deepEqual(await types(visitor), ['WELCOME', 'TEXT', 'TEXT', 'FAQ_QUESTION', 'FAQ_ANSWER', 'ROBOT_UP']);
  const { content: kept } = await get(ann, '/api/v1/faq/query', { serviceUid: workgroup });
  assert.deepEqual(kept.map((row) => [row.viewCount, row.upCount, row.downCount]), [[1, 1, 0]]);
  await assert.rejects(post(ann, '/api/v1/faq/delete', { uid: faq.uid }));
});

test('a visitor who browses is asked to chat and comes', async (t) => {
  const { ann, bob } = await desk();
  const visitor = await newVisitor(server, 'V');
  await post(visitor, '/visitor/api/v1/browse', { url: 'https://shop.example/b', title: 'B' });
  const { content: browsing } = await get(bob, '/api/v1/visitor/query/online', { pageSize: 100 });
  assert.equal(browsing.find(({ uid }) => uid === visitor.uid).pages[0].title, 'B');
  const asked = await post(ann, '/api/v1/visitor/invite', { visitorUid: visitor.uid, content: 'May I help?' });
  assert.equal(JSON.parse(asked.content).status, 'INVITE_VISITOR_PENDING');
  const { topic } = asked.thread;
  const peer = await StompPeer.withToken(server, visitor);
  t.after(() => peer.disconnect());
  const feed = await peer.follow(topic);
  await feed.item('the question', ({ uid }) => uid === asked.uid);
  const yes = { ...messageFrom(visitor, asked.thread, { content: asked.uid }), type: 'INVITE_VISITOR_ACCEPT' };
  await peer.send(topic, yes);
  const { message } = await feed.item('its yes', ({ type }) => type === 'INVITE_VISITOR_ACCEPT');
  assert.deepEqual([message.thread.status, eventOf(message).agent], ['CHATTING', ann.uid]);
  await assert.rejects(post(visitor, '/visitor/api/v1/invite/reject', { topic }));
});

test('ratings are read, people and workgroups change, passwords too', async (t) => {
  const { ann, bob, workgroup } = await desk({ rateMinMessages: 0 });
  const annOnline = await MqttPeer.asAgent(server, ann);
  t.after(() => annOnline.disconnect());
  const visitor = await ask(workgroup);
  const asked = await get(ann, '/api/v1/thread/rating/invite', { topic: visitor.topic });
  assert.equal(asked.type, 'RATE_INVITE');
  await post(visitor, '/visitor/api/v1/rating/submit', { topic: visitor.topic, score: 4, content: 'quick' });
  const ratings = await get(ann, '/api/v1/thread/rating/query/thread/uid', { uid: visitor.thread.uid });
  assert.deepEqual(ratings.map(({ score, content, agentUid }) => [score, content, agentUid]), [[4, 'quick', ann.uid]]);
  await assert.rejects(get(bob, '/api/v1/thread/rating/query/thread/uid', { uid: visitor.thread.uid }));

  assert.equal((await post(ann, '/api/v1/agent/update', { nickname: 'Anna' })).nickname, 'Anna');
  await assert.rejects(post(ann, '/api/v1/agent/update', { uid: bob.uid, nickname: 'x' }));
  await assert.rejects(post(ann, '/api/v1/workgroup/update', { uid: workgroup, name: 'x' }));
  const grown = await post(admin, '/api/v1/workgroup/update', { uid: workgroup, agentUids: [bob.uid, ann.uid] });
  assert.deepEqual(grown.agents.map(({ uid }) => uid), [bob.uid, ann.uid]);
  const { content: groups } = await get(ann, '/api/v1/workgroup/query/org', { pageSize: 100 });
  assert.ok(groups.some(({ uid }) => uid === workgroup));
  const { content: there } = await get(bob, '/api/v1/connection/presence/list', { pageSize: 100 });
  assert.deepEqual(there.filter(({ uid }) => [ann.uid, bob.uid].includes(uid)).map(({ online }) => online), [true, false]);

  const change = { oldPassword: 'wrong', newPassword: 'another long password' };
  await assert.rejects(post(bob, '/api/v1/user/change/password', change), /old password/);
  await post(bob, '/api/v1/user/change/password', { ...change, oldPassword: PASSWORD });
  await assert.rejects(logIn(bob.uid));
  assert.equal((await logIn(bob.uid, change.newPassword)).uid, bob.uid);
});
