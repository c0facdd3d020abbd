// What a conversation promises both sides: one order, nothing twice, receipts, recall, resuming.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import {
  history,
  logInAgent,
  messageFrom,
  newConversation,
  requestThread,
  textFrom,
  unreadCount,
} from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';

const server = await serverForThisFile();
let agent;

before(async () => {
  const identity = await logInAgent(server);
  agent = Object.assign(await MqttPeer.asAgent(server, identity), identity);
});

/** A visitor's connection that ends with the test. */
async function connection(t, visitor, options) {
  const peer = await StompPeer.withToken(server, visitor, options);
  t.after(() => peer.disconnect());
  return peer;
}

/** A visitor in a new conversation, connected and following it. */
async function visitorOnline(t, options) {
  const visitor = await newConversation(server);
  const peer = await connection(t, visitor, options);
  return { visitor, peer, feed: await peer.follow(visitor.topic) };
}

/** Sends texts of the agent one after the other; returns the messages. */
async function agentSays(visitor, contents) {
  const messages = contents.map((content) => textFrom(agent, visitor.thread, content));
  for (const message of messages) {
    await agent.send(message);
  }
  return messages;
}

const texts = (messages) => messages.filter(({ type }) => type === 'TEXT').map(({ content }) => content);

const assertConsecutive = (seqs) => assert.deepEqual(seqs, seqs.map((_seq, index) => seqs[0] + index));

test('a conversation opens with an agent who is online, and asking again continues it', async () => {
  const visitor = await newConversation(server);
  assert.equal(visitor.opening.type, 'WELCOME');
  assert.equal(visitor.thread.status, 'CHATTING');
  assert.equal(visitor.topic, `org/agent/${agent.uid}/${visitor.uid}`);
  const again = await requestThread(server, visitor);
  assert.equal(again.opening.type, 'CONTINUE');
  assert.equal(again.thread.uid, visitor.thread.uid);
});

test('more messages than fit into the window of an MQTT client all arrive', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const many = Array.from({ length: 100 }, (_, i) => textFrom(visitor, visitor.thread, `m${i}`));
  await Promise.all(many.map((message) => peer.send(visitor.topic, message)));
  await agent.message(many.at(-1).uid);
  assert.deepEqual(texts(agent.in(visitor.topic).map(({ message }) => message)), many.map(({ content }) => content));
});

test('all receivers see one order, without holes', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const tab = await connection(t, visitor, { device: 'second-tab' });
  const other = await tab.follow(visitor.topic);
  const fromVisitor = Array.from({ length: 20 }, (_, i) => textFrom(visitor, visitor.thread, `v${i}`));
  const fromAgent = Array.from({ length: 20 }, (_, i) => textFrom(agent, visitor.thread, `a${i}`));
  await Promise.all([
    ...fromVisitor.map((message) => peer.send(visitor.topic, message)),
    ...fromAgent.map((message) => agent.send(message)),
  ]);
  for (const { uid } of [...fromVisitor, ...fromAgent]) {
    await Promise.all([feed.message(uid), other.message(uid), agent.message(uid)]);
  }
  const order = texts(feed.messages);
  assert.equal(order.length, 40);
  assertConsecutive(feed.seqs);
  assertConsecutive(other.seqs);
  assertConsecutive(agent.in(visitor.topic).map(({ seq }) => seq).filter(Boolean));
  assert.deepEqual(texts(other.messages), order);
  assert.deepEqual(texts(agent.in(visitor.topic).map(({ message }) => message)), order);
  assert.deepEqual(texts(await history(server, visitor)), order);
  // What one sender sent in order stays in order.
  assert.deepEqual(order.filter((content) => content.startsWith('v')), fromVisitor.map(({ content }) => content));
  assert.deepEqual(order.filter((content) => content.startsWith('a')), fromAgent.map(({ content }) => content));
});

test('the seq is the same in header, body, protobuf and history', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const sent = textFrom(visitor, visitor.thread, 'which number?');
  await peer.send(visitor.topic, sent);
  const { seq, message } = await feed.item('the echo', ({ uid }) => uid === sent.uid);
  const atAgent = await agent.message(sent.uid);
  const row = (await history(server, visitor)).find(({ uid }) => uid === sent.uid);
  assert.ok(seq > 0);
  assert.deepEqual([message.seq, atAgent.seq, row.seq], [seq, seq, seq]);
});

test('the RECEIPT leaves after the commit: what is confirmed is in the history', async (t) => {
  const { visitor, peer } = await visitorOnline(t);
  const sent = textFrom(visitor, visitor.thread, 'confirmed');
  await peer.send(visitor.topic, sent);
  assert.ok((await history(server, visitor)).some(({ uid }) => uid === sent.uid));
});

test('a repeat gets the first answer again and reaches nobody else', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const sent = textFrom(visitor, visitor.thread, 'once');
  await peer.send(visitor.topic, sent);
  await peer.send(visitor.topic, { ...sent, content: 'a second version' });
  const [last] = await agentSays(visitor, ['last']);
  await feed.message(last.uid);
  await agent.message(last.uid);
  const mine = feed.received.filter(({ message }) => message.uid === sent.uid);
  assert.equal(new Set(mine.map(({ seq }) => seq)).size, 1);
  assert.ok(mine.every(({ message }) => message.content === 'once'));
  assert.equal(agent.in(visitor.topic).filter(({ message }) => message.uid === sent.uid).length, 1);
});

test('RECALL is an entry, and hides the content it names from the history', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const secret = textFrom(visitor, visitor.thread, 'my password is tulip');
  await peer.send(visitor.topic, secret);
  const original = await feed.item('the secret', ({ uid }) => uid === secret.uid);
  const recall = messageFrom(visitor, visitor.thread, { type: 'RECALL', content: secret.uid });
  await peer.send(visitor.topic, recall);
  const { message, seq } = await agent.item('the RECALL', ({ uid }) => uid === recall.uid);
  assert.deepEqual([message.type, message.content], ['RECALL', secret.uid]);
  assert.ok(seq > original.seq);
  assert.ok(!JSON.stringify(await history(server, visitor)).includes('tulip'));

  const late = await connection(t, visitor, { device: 'late' });
  const replay = await late.follow(visitor.topic, { headers: { 'after-seq': '0' } });
  await replay.message(recall.uid);
  assert.ok(!JSON.stringify(replay.messages).includes('tulip'), 'nor does a replay bring it back');
});

test("a message of the other side can't be recalled", async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const [answer] = await agentSays(visitor, ['this stays']);
  await feed.message(answer.uid);
  const recall = messageFrom(visitor, visitor.thread, { type: 'RECALL', content: answer.uid });
  await peer.send(visitor.topic, recall).catch((refused) => refused);
  const row = (await history(server, visitor)).find(({ uid }) => uid === answer.uid);
  assert.equal(row.content, 'this stays');
});

test('TYPING and PROCESSING are relayed and forgotten, and drafts are nobody\'s business', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  for (const type of ['TYPING', 'PROCESSING']) {
    const sign = messageFrom(agent, visitor.thread, { type, content: '' });
    await agent.send(sign);
    assert.equal((await feed.message(sign.uid)).type, type);
  }
  const content = JSON.stringify({ v: 1, content: 'hel', clear: false, ts: 1 });
  const draft = messageFrom(visitor, visitor.thread, { type: 'PREVIEW', content });
  await peer.send(visitor.topic, draft);
  const said = textFrom(visitor, visitor.thread, 'hello');
  await peer.send(visitor.topic, said);
  await agent.message(said.uid);
  assert.ok(!agent.received.some(({ message }) => message?.uid === draft.uid));

  await agentSays(visitor, ['done']);
  const kept = (await history(server, visitor)).map(({ type }) => type);
  assert.ok(kept.includes('TEXT'));
  for (const type of ['TYPING', 'PROCESSING', 'PREVIEW']) {
    assert.ok(!kept.includes(type), `${type} is not kept`);
  }
});

for (const type of ['DELIVERED', 'READ']) {
  test(`${type} of the agent reaches the visitor, with the uid it is about`, async (t) => {
    const { visitor, peer, feed } = await visitorOnline(t);
    const sent = textFrom(visitor, visitor.thread, 'seen?');
    await peer.send(visitor.topic, sent);
    await agent.message(sent.uid);
    await agent.send(messageFrom(agent, visitor.thread, { type, content: sent.uid }));
    const { message } = await feed.item(type, (item) => item.type === type && item.content === sent.uid);
    assert.equal(message.user.uid, agent.uid);
  });
}

test('receipts take no place in the order and are not in the history', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const [first] = await agentSays(visitor, ['first']);
  await peer.send(visitor.topic, messageFrom(visitor, visitor.thread, { type: 'READ', content: first.uid }));
  const [second] = await agentSays(visitor, ['second']);
  const seqOf = async ({ uid }) => (await feed.item(uid, (message) => message.uid === uid)).seq;
  assert.equal(await seqOf(second), (await seqOf(first)) + 1);
  assert.ok(!(await history(server, visitor)).some(({ type }) => type === 'READ'));
});

test('the unread count follows the read cursor, which never goes back', async (t) => {
  const visitor = await newConversation(server);
  assert.equal(await unreadCount(server, visitor), 0);
  const answers = await agentSays(visitor, ['one', 'two', 'three']);
  assert.equal(await unreadCount(server, visitor), 3);

  const peer = await connection(t, visitor);
  const read = (message) =>
    peer.send(visitor.topic, messageFrom(visitor, visitor.thread, { type: 'READ', content: message.uid }));
  await read(answers[1]);
  assert.equal(await unreadCount(server, visitor), 1);
  await read(answers[0]);
  assert.equal(await unreadCount(server, visitor), 1);
  await read(answers[2]);
  assert.equal(await unreadCount(server, visitor), 0);
  await peer.send(visitor.topic, textFrom(visitor, visitor.thread, 'my own words'));
  assert.equal(await unreadCount(server, visitor), 0);
});

test('after-seq says where a subscription starts', async (t) => {
  const { visitor, feed } = await visitorOnline(t);
  const answers = await agentSays(visitor, ['one', 'two', 'three']);
  await feed.message(answers[2].uid);
  const peer = await connection(t, visitor, { device: 'reader' });

  const all = await peer.follow(visitor.topic, { headers: { 'after-seq': '0' } });
  await all.message(answers[2].uid);
  assert.equal(all.seqs[0], 1);
  assertConsecutive(all.seqs);

  const { seq } = all.received.find(({ message }) => message.uid === answers[0].uid);
  const some = await peer.follow(visitor.topic, { headers: { 'after-seq': String(seq) } });
  await some.message(answers[2].uid);
  assert.deepEqual(texts(some.messages), ['two', 'three']);
  assertConsecutive(some.seqs);
});

for (const when of ['before', 'after']) {
  test(`a first subscription ${when} the first answer brings the answer, not the opening`, async (t) => {
    const visitor = await newConversation(server);
    const early = when === 'before' ? await connection(t, visitor).then((peer) => peer.follow(visitor.topic)) : undefined;
    const [answer] = await agentSays(visitor, ['after the opening']);
    const feed = early ?? (await connection(t, visitor).then((peer) => peer.follow(visitor.topic)));
    await feed.message(answer.uid);
    assert.deepEqual(feed.messages.map(({ uid }) => uid), [answer.uid]);
  });
}

test('a message without a uid gets one', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  await peer.send(visitor.topic, { type: 'TEXT', content: 'nameless' });
  const { message } = await feed.item('the echo', ({ content }) => content === 'nameless');
  assert.ok(message.uid);
  assert.equal((await agent.message(message.uid)).content, 'nameless');
});

test('ack client: what is not acknowledged comes again, what is does not', async (t) => {
  const visitor = await newConversation(server);
  const first = await connection(t, visitor, { device: 'phone' });
  const feed = await first.follow(visitor.topic, { ack: 'client', acknowledge: false });
  const answers = await agentSays(visitor, ['one', 'two', 'three', 'four']);
  await feed.message(answers[3].uid);
  // In this mode an ACK covers the message and all before it.
  const two = feed.received.find(({ message }) => message.uid === answers[1].uid);
  two.frame.ack();
  await first.publish(`/app/${visitor.topic.replaceAll('/', '.')}`, JSON.stringify(
    messageFrom(visitor, visitor.thread, { type: 'TYPING', content: '' }),
  ));
  await first.cut();
  await agentSays(visitor, ['five']);

  const second = await connection(t, visitor, { device: 'phone' });
  const resumed = await second.follow(visitor.topic, { ack: 'client' });
  await resumed.item('five', ({ content }) => content === 'five');
  assert.deepEqual(texts(resumed.messages), ['three', 'four', 'five']);
});

test('ack client-individual: what is settled does not come again', async (t) => {
  const visitor = await newConversation(server);
  const first = await connection(t, visitor, { device: 'phone' });
  const feed = await first.follow(visitor.topic, { ack: 'client-individual', acknowledge: true });
  const answers = await agentSays(visitor, ['one', 'two']);
  await feed.message(answers[1].uid);
  await first.disconnect();
  await agentSays(visitor, ['three']);
  const second = await connection(t, visitor, { device: 'phone' });
  const resumed = await second.follow(visitor.topic, { ack: 'client-individual' });
  await resumed.item('three', ({ content }) => content === 'three');
  assert.deepEqual(texts(resumed.messages), ['three']);
});

test('ack auto: a cut connection resumes without a hole', async (t) => {
  const visitor = await newConversation(server);
  const seen = new Map();
  const contents = Array.from({ length: 12 }, (_, i) => `m${i}`);
  for (let round = 0; round < 4; round += 1) {
    const peer = await connection(t, visitor, { device: 'phone' });
    const feed = await peer.follow(visitor.topic);
    const answers = await agentSays(visitor, contents.slice(round * 3, round * 3 + 2));
    await feed.message(answers.at(-1).uid);
    await peer.cut();
    await agentSays(visitor, contents.slice(round * 3 + 2, round * 3 + 3));
    assertConsecutive(feed.seqs);
    for (const { seq, message } of feed.received.filter((item) => item.seq)) {
      assert.equal(seen.get(seq) ?? message.uid, message.uid, 'a seq names one message');
      seen.set(seq, message.uid);
    }
  }
  const peer = await connection(t, visitor, { device: 'phone' });
  const feed = await peer.follow(visitor.topic);
  await feed.item('the last', ({ content }) => content === contents.at(-1));
  feed.received.forEach(({ seq, message }) => seq && seen.set(seq, message.uid));
  assertConsecutive([...seen.keys()].sort((a, b) => a - b));
  assert.equal(texts(await history(server, visitor)).length, contents.length);
});

test('devices have their own place in the conversation', async (t) => {
  const visitor = await newConversation(server);
  const phone = await connection(t, visitor, { device: 'phone' });
  const tablet = await connection(t, visitor, { device: 'tablet' });
  const onPhone = await phone.follow(visitor.topic, { ack: 'client' });
  await tablet.follow(visitor.topic, { ack: 'client' });
  await tablet.disconnect();
  const [answer] = await agentSays(visitor, ['to both']);
  await onPhone.message(answer.uid);
  const again = await connection(t, visitor, { device: 'tablet' });
  const onTablet = await again.follow(visitor.topic, { ack: 'client' });
  await onTablet.message(answer.uid);
});

test('a SEND right behind a SUBSCRIBE gets its echo', async (t) => {
  const visitor = await newConversation(server);
  const peer = await connection(t, visitor);
  const following = peer.follow(visitor.topic);
  const sent = textFrom(visitor, visitor.thread, 'at once');
  const sending = peer.send(visitor.topic, sent);
  const feed = await following;
  await sending;
  await feed.message(sent.uid);
});

test('dots and slashes name the same conversation', async (t) => {
  const visitor = await newConversation(server);
  const peer = await connection(t, visitor);
  const dots = await peer.subscribe(`/topic/${visitor.topic.replaceAll('/', '.')}`);
  const slashes = await peer.subscribe(`/topic/${visitor.topic}`);
  const [answer] = await agentSays(visitor, ['one message']);
  for (const feed of [dots, slashes]) {
    await feed.message(answer.uid);
    assert.equal(feed.received.at(-1).frame.headers.destination, feed.destination);
  }
});

test('an agent can talk over STOMP as well', async (t) => {
  const { visitor, peer, feed } = await visitorOnline(t);
  const desk = await StompPeer.withToken(server, agent, { path: '/ws/agent', device: 'browser' });
  t.after(() => desk.disconnect());
  const atDesk = await desk.follow(visitor.topic, { ack: 'client' });
  const question = textFrom(visitor, visitor.thread, 'anyone?');
  await peer.send(visitor.topic, question);
  await atDesk.message(question.uid);
  const answer = textFrom(agent, visitor.thread, 'me');
  await desk.send(visitor.topic, answer);
  const got = await feed.message(answer.uid);
  assert.deepEqual([got.content, got.user.uid], ['me', agent.uid]);
  assert.equal((await agent.message(answer.uid)).content, 'me', 'the other device of the agent sees it too');
});

test('/ws/chat is an endpoint for visitors too', async (t) => {
  const { visitor, feed, peer } = await visitorOnline(t, { path: '/ws/chat' });
  const sent = textFrom(visitor, visitor.thread, 'by another door');
  await peer.send(visitor.topic, sent);
  await feed.message(sent.uid);
});
