// What messages say and what becomes of them: contents that fit their types, edits, signs, quotations, drafts and robots
// that speak while they think, over STOMP, MQTT and HTTP.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import {
  history, messageFrom, newVisitor, requestThread, sendByHttp, sendByHttpAsAgent, textFrom, unreadCount,
} from './conversations.js';
import { serverForThisFile } from './harness.js';
import { HookReceiver } from './hook-receiver.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({
  env: {
    DESKWIRE_ADMIN_PASSWORD: PASSWORD,
    DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]',
    DESKWIRE__WEBHOOKS__ROBOT_TIMEOUT_MS: '1000',
  },
});

const post = (person, path, body) => call(server.url, path, { token: person.accessToken, body });

async function logIn(username) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username, password: PASSWORD } });
  return { uid: user.uid, accessToken, user: { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' } };
}

let admin;
let number = 0;

before(async () => {
  admin = await logIn('admin');
});

/** A visitor and an agent of a new workgroup with these settings, both online: the agent over MQTT, the visitor over STOMP. */
async function talk(t, settings = {}) {
  number += 1;
  const [uid, workgroup] = [`ann${number}`, `group${number}`];
  await post(admin, '/api/v1/agent/create', { uid, username: uid, nickname: 'Ann', password: PASSWORD, capacity: 5 });
  await post(admin, '/api/v1/workgroup/create', { uid: workgroup, name: 'Team', agentUids: [uid] });
  await post(admin, '/api/v1/settings/update', { uid: workgroup, settings });
  const identity = await logIn(uid);
  const ann = Object.assign(await MqttPeer.asAgent(server, identity), identity);
  t.after(() => ann.disconnect());
  const visitor = await requestThread(server, await newVisitor(server, 'V'), { type: '1', sid: workgroup });
  const peer = await StompPeer.withToken(server, visitor);
  t.after(() => peer.disconnect());
  return { ann, visitor, peer, feed: await peer.follow(visitor.topic), workgroup };
}

const editOf = (person, thread, target, content) =>
  ({ ...messageFrom(person, thread, { type: 'EDIT', content }), extra: JSON.stringify({ editedUid: target.uid }) });
const signOf = (person, thread, target, emoji, remove = false) =>
  messageFrom(person, thread, { type: 'REACTION', content: JSON.stringify({ uid: target.uid, emoji, remove }) });
const row = async (visitor, { uid }) => (await history(server, visitor)).find((message) => message.uid === uid);

test('what a content lacks is named on every protocol, and nothing is logged', async (t) => {
  const { ann, visitor } = await talk(t);
  const misfit = (person) =>
    messageFrom(person, visitor.thread, { type: 'LOCATION', content: JSON.stringify({ latitude: '39.9' }) });
  const reason = /the content of a message of type LOCATION does not fit: longitude must be there/;
  const before = (await history(server, visitor)).length;
  await assert.rejects(sendByHttp(server, visitor, misfit(visitor)), reason);
  await assert.rejects(sendByHttpAsAgent(server, ann, misfit(ann)), reason);
  const other = await StompPeer.withToken(server, visitor);
  await other.send(visitor.topic, misfit(visitor)).catch(() => {});
  assert.match(await other.refusal(), reason);
  await ann.send(misfit(ann)).catch(() => {});
  const told = await ann.item('the reason', ({ type }) => type === 'ERROR');
  assert.match(told.message.content, reason);
  assert.equal((await history(server, visitor)).length, before);
});

test('old clients send a bare link and new types, and everybody is understood', async (t) => {
  const { ann, visitor, peer, feed } = await talk(t);
  const link = messageFrom(visitor, visitor.thread, { type: 'IMAGE', content: 'https://example.org/a.png' });
  await peer.send(visitor.topic, link);
  assert.equal((await ann.message(link.uid)).content, 'https://example.org/a.png');
  const odd = messageFrom(ann, visitor.thread, { type: 'BRAND_NEW', content: 'hello' });
  await ann.send(odd);
  assert.equal((await feed.message(odd.uid)).type, 'TEXT');
});

test('an edit shows its new text live, in the history, to who comes back and to who searches', async (t) => {
  const { ann, visitor, peer, feed } = await talk(t);
  const first = textFrom(visitor, visitor.thread, 'the number is seventeen');
  await peer.send(visitor.topic, first);
  const edit = editOf(visitor, visitor.thread, first, 'the number is nineteen');
  await peer.send(visitor.topic, edit);
  const heard = await ann.message(edit.uid);
  assert.deepEqual([heard.type, heard.content], ['EDIT', 'the number is nineteen']);
  assert.equal(JSON.parse(heard.extra).editedUid, first.uid);
  const shown = await row(visitor, first);
  assert.equal(shown.content, 'the number is nineteen');
  assert.equal(JSON.parse(shown.extra).edited.seq, heard.seq);

  // A device that was not there gets the new text where the old one was.
  const late = await StompPeer.withToken(server, visitor, { device: 'late' });
  t.after(() => late.disconnect());
  const caughtUp = await late.follow(visitor.topic, { headers: { 'after-seq': '0' } });
  assert.equal((await caughtUp.message(first.uid)).content, 'the number is nineteen');
  await caughtUp.message(edit.uid);

  const find = async (q) => {
    const { content } = await call(server.url, '/api/v1/message/search', { token: ann.accessToken, query: { q, topic: visitor.topic } });
    return content.map(({ message }) => message.uid);
  };
  await until('the new text is found', async () => (await find('nineteen')).includes(first.uid));
  assert.deepEqual(await find('seventeen'), []);

  // The agent over HTTP: not what is another's; and nobody what was recalled.
  await assert.rejects(sendByHttpAsAgent(server, ann, editOf(ann, visitor.thread, first, 'mine')), /only its sender/);
  const recall = messageFrom(visitor, visitor.thread, { type: 'RECALL', content: first.uid });
  await peer.send(visitor.topic, recall);
  await feed.message(recall.uid);
  const after = await history(server, visitor);
  assert.ok(!JSON.stringify(after).includes('nineteen'), 'a recall takes the edits along');
  await assert.rejects(sendByHttp(server, visitor, editOf(visitor, visitor.thread, first, 'x')), /has been recalled/);
});

test('edits by MQTT and in the words of a session are the same', async (t) => {
  const { ann, visitor, peer, feed } = await talk(t);
  const first = textFrom(ann, visitor.thread, 'one');
  await ann.send(first);
  const content = JSON.stringify({ uid: first.uid, content: 'two' });
  await ann.send(messageFrom(ann, visitor.thread, { type: 'EDIT', content }));
  const heard = await feed.item('the edit', ({ type }) => type === 'EDIT');
  assert.equal(heard.message.content, 'two');

  const session = await peer.subscribe(`/topic/session/${visitor.thread.sessionNo}`);
  const own = { msgType: 'text', sessionId: visitor.thread.sessionId, msgNo: `${first.uid}-own`, content: 'old' };
  await peer.publish('/app/chat/send', JSON.stringify(own));
  const change = { type: 'EDIT', sessionId: own.sessionId, msgNo: `${own.msgNo}-e`, editedMsgNo: own.msgNo, content: 'new' };
  await peer.publish('/app/chat/send', JSON.stringify(change));
  const shown = await session.item('the edit', ({ msgNo }) => msgNo === change.msgNo);
  assert.deepEqual([shown.message.editedMsgNo, shown.message.content], [own.msgNo, 'new']);
  assert.equal((await ann.message(change.msgNo)).content, 'new');
  assert.deepEqual([(await row(visitor, first)).content, (await row(visitor, { uid: own.msgNo })).content], ['two', 'new']);
});

test('an edit that comes too late or is not wanted is refused', async (t) => {
  const { ann, visitor, workgroup } = await talk(t, { editS: 1 });
  const first = textFrom(visitor, visitor.thread, 'old');
  await sendByHttp(server, visitor, first);
  const { timestamp } = await row(visitor, first);
  await until('a second is over', () => Date.now() > timestamp + 1100);
  await assert.rejects(sendByHttp(server, visitor, editOf(visitor, visitor.thread, first, 'new')), /too long ago/);
  await post(admin, '/api/v1/settings/update', { uid: workgroup, settings: { edit: false } });
  const own = textFrom(ann, visitor.thread, 'mine');
  await ann.send(own);
  await assert.rejects(sendByHttpAsAgent(server, ann, editOf(ann, visitor.thread, own, 'new')), /cannot be changed here/);
  assert.equal((await row(visitor, first)).content, 'old');
});

test('signs are given over any protocol, counted once, and taken back', async (t) => {
  const { ann, visitor, peer, feed } = await talk(t);
  const first = textFrom(ann, visitor.thread, 'done');
  await ann.send(first);
  await feed.message(first.uid);
  const unread = await unreadCount(server, visitor);
  const signs = async () => JSON.parse((await row(visitor, first)).extra).reactions;
  await peer.send(visitor.topic, signOf(visitor, visitor.thread, first, '👍'));
  await sendByHttp(server, visitor, signOf(visitor, visitor.thread, first, '👍'));
  await ann.send(signOf(ann, visitor.thread, first, '👍'));
  await feed.item('the sign of the agent', ({ type, user }) => type === 'REACTION' && user.uid === ann.uid);
  assert.deepEqual(await signs(), [{ emoji: '👍', count: 2, users: [visitor.uid, ann.uid] }]);
  assert.equal(await unreadCount(server, visitor), unread, 'a sign is nothing to read');
  await peer.send(visitor.topic, signOf(visitor, visitor.thread, first, '👍', true));
  assert.deepEqual(await signs(), [{ emoji: '👍', count: 1, users: [ann.uid] }]);
  const long = signOf(visitor, visitor.thread, first, 'x'.repeat(65));
  await assert.rejects(sendByHttp(server, visitor, long), /emoji must be/);
});

test('a quotation says what was said, and of this conversation only', async (t) => {
  const { ann, visitor, peer, feed } = await talk(t);
  const first = textFrom(ann, visitor.thread, 'ten euros');
  await ann.send(first);
  await feed.message(first.uid);
  const lie = (uid) => JSON.stringify({ content: 'you said so', quotedMessageUid: uid, quotedContent: 'one euro' });
  const quotation = messageFrom(visitor, visitor.thread, { type: 'QUOTATION', content: lie(first.uid) });
  await peer.send(visitor.topic, quotation);
  const document = JSON.parse((await ann.message(quotation.uid)).content);
  assert.deepEqual(
    [document.content, document.quotedContent, document.quotedSenderUid, document.quotedSenderName, document.quotedMessageType],
    ['you said so', 'ten euros', ann.uid, 'Ann', 'TEXT'],
  );
  const stranger = await talk(t);
  const foreign = messageFrom(stranger.visitor, stranger.visitor.thread, { type: 'QUOTATION', content: lie(first.uid) });
  await assert.rejects(sendByHttp(server, stranger.visitor, foreign), /quotedMessageUid/);
});

test('drafts are shown where the service wants them, and never kept', async (t) => {
  const { ann, visitor, peer } = await talk(t, { preview: true });
  const content = JSON.stringify({ v: 1, content: 'hel', clear: false, ts: 1 });
  const draft = messageFrom(visitor, visitor.thread, { type: 'PREVIEW', content });
  await peer.send(visitor.topic, draft);
  assert.equal((await ann.message(draft.uid)).type, 'PREVIEW');
  assert.ok(!(await history(server, visitor)).some(({ type }) => type === 'PREVIEW'));
});

/** A workgroup whose robot streams with `speak(write, end)`, and a visitor who listens. */
async function streaming(t, speak) {
  const mind = await HookReceiver.start();
  t.after(() => mind.kill());
  number += 1;
  const workgroup = `group${number}`;
  await post(admin, '/api/v1/workgroup/create', { uid: workgroup, name: 'Team', agentUids: [] });
  const hook = await post(admin, '/api/v1/webhook/create', { uid: `robot${number}`, url: mind.url, robotOf: workgroup });
  t.after(() => post(admin, '/api/v1/webhook/delete', { uid: hook.uid }));
  mind.trust(hook.uid, hook.secret);
  mind.answer = () => ({ stream: speak });
  const visitor = await requestThread(server, await newVisitor(server, 'V'), { type: '1', sid: workgroup });
  const peer = await StompPeer.withToken(server, visitor);
  t.after(() => peer.disconnect());
  const feed = await peer.follow(visitor.topic);
  await peer.send(visitor.topic, textFrom(visitor, visitor.thread, 'hi'));
  return { visitor, feed, workgroup };
}

const piece = (fields) => `${JSON.stringify(fields)}\n`;
const answerOf = ({ content }) => JSON.parse(content).answer;

test('a robot speaks while it thinks, and its answer is one entry', async (t) => {
  let goOn;
  const heardFirst = new Promise((resolve) => (goOn = resolve));
  const { visitor, feed } = await streaming(t, async (write, end) => {
    write(piece({ question: 'hi', answer: 'hel' }));
    await heardFirst;
    write(piece({ answer: 'lo' }));
    end();
  });
  const { message: begun } = await feed.item('the first piece', ({ type }) => type === 'ROBOT_STREAM');
  assert.deepEqual([answerOf(begun), begun.seq], ['hel', undefined]);
  // Who comes in the middle gets what was said so far.
  const late = await StompPeer.withToken(server, visitor, { device: 'late' });
  t.after(() => late.disconnect());
  const lateFeed = await late.follow(visitor.topic);
  const { message: soFar } = await lateFeed.item('what was said so far', ({ type }) => type === 'ROBOT_STREAM');
  assert.equal(answerOf(soFar), 'hel');
  goOn();
  await feed.item('the end', ({ type }) => type === 'ROBOT_STREAM_END');
  const said = (await history(server, visitor)).filter(({ uid }) => uid === begun.uid);
  assert.deepEqual(said.map((entry) => [entry.type, answerOf(entry)]), [['ROBOT', 'hello']]);
});

test('a robot that dies leaves what it has said', async (t) => {
  let die;
  const heard = new Promise((resolve) => (die = resolve));
  const { visitor, feed } = await streaming(t, async (write, _end, kill) => {
    write(piece({ answer: 'hel' }));
    await heard;
    kill();
  });
  await feed.item('the first piece', ({ type }) => type === 'ROBOT_STREAM');
  die();
  await feed.item('the break', ({ type }) => type === 'ROBOT_STREAM_ERROR');
  const robots = (await history(server, visitor)).filter(({ type }) => type === 'ROBOT');
  assert.deepEqual(robots.map(({ content }) => JSON.parse(content)), [
    { answer: 'hel', reasonContent: '', interrupted: true },
  ]);
});

test('a visitor who wants a person cuts the robot short', async (t) => {
  let goOn;
  const wanted = new Promise((resolve) => (goOn = resolve));
  const { visitor, feed, workgroup } = await streaming(t, async (write, end) => {
    write(piece({ answer: 'hel' }));
    await wanted;
    write(piece({ answer: 'lo' }));
    end();
  });
  await feed.item('the first piece', ({ type }) => type === 'ROBOT_STREAM');
  const body = { uid: visitor.uid, orgUid: 'df_org_uid', type: '1', sid: workgroup, forceAgent: true };
  await call(server.url, '/visitor/api/v1/thread', { token: visitor.accessToken, body });
  goOn();
  await feed.item('the pieces are called off', ({ type }) => type === 'ROBOT_STREAM_CANCEL');
  assert.ok(!feed.messages.some((message) => message.type === 'ROBOT_STREAM' && answerOf(message) === 'lo'));
  assert.ok(!(await history(server, visitor)).some(({ type }) => type.startsWith('ROBOT')));
});
