// What visitors say about their service: ratings, and messages that are left and answered the next day.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, messageFrom, newVisitor, requestThread, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({ env: { DESKWIRE_ADMIN_PASSWORD: PASSWORD } });

const post = (person, path, body) => call(server.url, path, { token: person.accessToken, body });
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

/** A new agent, and a workgroup of it with these settings. */
async function deskOfOne(settings = {}) {
  number += 1;
  const [uid, workgroup] = [`ann${number}`, `group${number}`];
  await post(admin, '/api/v1/agent/create', { uid, username: uid, nickname: 'Ann', password: PASSWORD, capacity: 5 });
  await post(admin, '/api/v1/workgroup/create', { uid: workgroup, name: 'Team', agentUids: [uid] });
  await post(admin, '/api/v1/settings/update', { uid: workgroup, settings });
  return { ann: await logIn(uid), workgroup };
}

const ask = async (workgroup) => requestThread(server, await newVisitor(server, 'V'), { type: '1', sid: workgroup });
const types = async (visitor) => (await history(server, visitor)).map(({ type }) => type);

test('a conversation is closed, its visitor is asked, rates, and the agent is told', async (t) => {
  const { ann, workgroup } = await deskOfOne({ rateOnClose: true });
  const annOnline = await MqttPeer.asAgent(server, ann);
  t.after(() => annOnline.disconnect());
  const visitor = await ask(workgroup);
  const peer = await StompPeer.withToken(server, visitor);
  t.after(() => peer.disconnect());
  const feed = await peer.follow(visitor.topic);
  await assert.rejects(post(visitor, '/visitor/api/v1/rating/submit', { topic: visitor.topic, score: 5 }));
  await annOnline.send(textFrom(ann, visitor.thread, 'done'));
  await post(ann, '/api/v1/thread/close', { topic: visitor.topic });
  const { message: asked } = await feed.item('RATE_INVITE', ({ type }) => type === 'RATE_INVITE');
  // Stock clients rate with a message.
  const extra = JSON.stringify({ score: 4, resolved: true, content: 'quick', orgUid: 'df_org_uid' });
  const rating = { ...messageFrom(visitor, visitor.thread, { content: asked.uid }), type: 'RATE_SUBMIT', extra };
  await peer.send(visitor.topic, rating);
  const { message: rated } = await feed.item('RATE_SUBMIT', ({ uid }) => uid === rating.uid);
  assert.equal(JSON.parse(rated.extra).score, 4);
  assert.equal(rated.thread.status, 'CLOSED');
  // A change of mind over HTTP takes its place; what makes no sense is refused.
  const change = { topic: visitor.topic, uid: 'second-thought', score: 5, resolved: true };
  const [first, repeat] = [
    await post(visitor, '/visitor/api/v1/rating/submit', change),
    await post(visitor, '/visitor/api/v1/rating/submit', change),
  ];
  assert.equal(first.seq, repeat.seq);
  await assert.rejects(post(visitor, '/visitor/api/v1/rating/submit', { topic: visitor.topic, score: 6 }));
  assert.deepEqual((await types(visitor)).slice(-4), ['AGENT_CLOSED', 'RATE_INVITE', 'RATE_SUBMIT', 'RATE_SUBMIT']);
});

test('nobody is there: a message is left, found in the inbox, and answered when its visitor is away', async () => {
  const { ann, workgroup } = await deskOfOne();
  const visitor = await ask(workgroup);
  assert.equal(visitor.opening.type, 'LEAVE_MSG');
  const form = { topic: visitor.topic, messageUid: visitor.opening.uid, uid: 'form', contact: '1', content: 'call me' };
  const left = await post(visitor, '/visitor/api/v1/message/leave/create', form);
  await post(visitor, '/visitor/api/v1/message/leave/create', form);
  const uid = JSON.parse(left.extra).leaveMsgUid;
  await assert.rejects(post(visitor, '/visitor/api/v1/message/leave/create', { topic: visitor.topic }));

  assert.equal(await get(ann, '/api/v1/message/leave/count/pending'), 1);
  const { content: inbox } = await get(ann, '/api/v1/message/leave/query', { status: 'LEAVE_MSG_SUBMIT' });
  assert.deepEqual(inbox.map((row) => [row.uid, row.content, row.threadTopic]), [[uid, 'call me', visitor.topic]]);
  const reply = { uid, reply: 'we called', messageUid: 'one-answer' };
  await post(ann, '/api/v1/message/leave/reply', reply);
  const answered = await post(ann, '/api/v1/message/leave/reply', reply);
  assert.deepEqual([answered.status, answered.reply, answered.agentUid], ['LEAVE_MSG_REPLIED', 'we called', ann.uid]);
  assert.equal(await get(ann, '/api/v1/message/leave/count/pending'), 0);

  // The next day, after a restart, the visitor finds the answer in the same conversation.
  await server.kill();
  await server.restart();
  const back = await StompPeer.withToken(server, visitor);
  const feed = await back.follow(visitor.topic);
  const { message } = await feed.item('the answer', ({ type }) => type === 'LEAVE_MSG_REPLIED');
  assert.equal(JSON.parse(message.content).content, 'we called');
  await back.disconnect();
  assert.deepEqual(await types(visitor), ['LEAVE_MSG', 'LEAVE_MSG_SUBMIT', 'LEAVE_MSG_REPLIED']);
  await post(visitor, '/visitor/api/v1/message/leave/confirm', { uid });
  const { content: own } = await get(visitor, '/visitor/api/v1/message/leave/query', {});
  assert.deepEqual(own.map(({ status }) => status), ['LEAVE_MSG_CONFIRMED']);
});

test('left messages stay within their inbox', async () => {
  const [{ ann, workgroup }, { ann: other, workgroup: otherGroup }] = [await deskOfOne(), await deskOfOne()];
  const visitor = await ask(workgroup);
  const left = await post(visitor, '/visitor/api/v1/message/leave/create', { topic: visitor.topic, content: 'secret' });
  const { leaveMsgUid: uid } = JSON.parse(left.extra);
  await assert.rejects(get(other, '/api/v1/message/leave/query/uid', { uid }));
  await assert.rejects(post(other, '/api/v1/message/leave/close', { uid }));
  const moved = await post(ann, '/api/v1/message/leave/transfer', { uid, workgroupUid: otherGroup });
  assert.deepEqual([moved.status, moved.serviceUid], ['LEAVE_MSG_TRANSFERRED', otherGroup]);
  assert.equal((await get(other, '/api/v1/message/leave/query/uid', { uid })).content, 'secret');
  await post(other, '/api/v1/message/leave/status/update', { uid, status: 'LEAVE_MSG_SPAM' });
  await assert.rejects(post(other, '/api/v1/message/leave/reply', { uid, reply: 'no' }));
  assert.deepEqual(await types(visitor), ['LEAVE_MSG', 'LEAVE_MSG_SUBMIT']);
});
