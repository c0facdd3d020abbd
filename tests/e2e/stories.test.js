// Shorter stories, each one chain as people live it: nobody is there, words are taken back, two want the same, a supervisor
// steps in, the server dies in the middle.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { history, messageFrom, newVisitor, requestThread, sendByHttp, textFrom, unreadCount } from './conversations.js';
import { get, newTeam, post, visitorAt, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { LegacyPeer } from './legacy-peer.js';
import { MqttPeer } from './mqtt-peer.js';
import { generator, seed } from './seeded-random.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_ADMIN });

const FROM_THE_BEGINNING = { headers: { 'after-seq': '0' } };

const types = async (visitor) => (await history(server, visitor)).map(({ type }) => type);
const isOf = (wanted) => ({ type, event }) => (event ?? type) === wanted;

/** A peer that is gone when the test is over, whatever became of its server meanwhile. */
async function opened(t, connecting) {
  const peer = await connecting;
  t.after(() => (peer instanceof MqttPeer ? peer.client.end(true) : peer.disconnect().catch(() => {})));
  return peer;
}

const overSockJs = (person, device) =>
  LegacyPeer.connect('stompjs', server, { path: '/sockjs', headers: { login: person.uid, device }, sockjs: {} });

test('nobody is there at night: the answer of the next day comes into the same conversation', async (t) => {
  const { ann, workgroup } = await newTeam(server, ['ann']);
  const vera = await visitorAt(server, workgroup, 'Vera');
  assert.deepEqual([vera.opening.type, vera.thread.status], ['LEAVE_MSG', 'OFFLINE']);
  const evening = await opened(t, overSockJs(vera, 'tablet'));
  const seen = await evening.follow(vera.topic);
  const form = {
    ...messageFrom(vera, vera.thread, { type: 'LEAVE_MSG_SUBMIT', content: vera.opening.uid }),
    extra: JSON.stringify({ content: 'When do you open?', contact: 'vera@example.com', orgUid: 'df_org_uid' }),
  };
  await evening.send(vera.topic, form);
  await seen.message(form.uid);
  await evening.disconnect();
  assert.equal((await server.terminate()).code, 0);
  await server.restart();

  // In the morning Ann finds it, answers, and the server dies before Vera is back.
  let annOnline = await opened(t, MqttPeer.asAgent(server, ann));
  const { content: inbox } = await get(server, ann, '/api/v1/message/leave/query', { status: 'LEAVE_MSG_SUBMIT' });
  assert.deepEqual(inbox.map(({ content, threadTopic }) => [content, threadTopic]), [['When do you open?', vera.topic]]);
  await post(server, ann, '/api/v1/message/leave/reply', { uid: inbox[0].uid, reply: 'At nine.' });
  await server.kill();
  await server.restart();

  annOnline = await opened(t, MqttPeer.asAgent(server, ann));
  const morning = await opened(t, overSockJs(vera, 'tablet'));
  const found = await morning.follow(vera.topic);
  const { message: reply } = await found.item('the answer', isOf('LEAVE_MSG_REPLIED'));
  assert.deepEqual([JSON.parse(reply.content).content, reply.user.uid], ['At nine.', ann.uid]);
  const back = await requestThread(server, vera, { type: '1', sid: workgroup });
  assert.deepEqual([back.topic, back.opening.type], [vera.topic, 'WELCOME']);
  const thanks = textFrom(vera, back.thread, 'Thank you!');
  await morning.send(vera.topic, thanks);
  assert.equal((await annOnline.message(thanks.uid)).content, 'Thank you!');
  assert.deepEqual(await types(vera), ['LEAVE_MSG', 'LEAVE_MSG_SUBMIT', 'LEAVE_MSG_REPLIED', 'WELCOME', 'TEXT']);
});

test('words are taken back on every device, those that are away too, but not for ever', async (t) => {
  const { ann, admin, workgroup } = await newTeam(server, ['ann']);
  const desk = await opened(t, MqttPeer.asAgent(server, ann, { device: 'desk' }));
  const away = await MqttPeer.asAgent(server, ann, { device: 'away' });
  const vera = await visitorAt(server, workgroup, 'Vera');
  const { thread, topic } = vera;
  const session = `/topic/session/${thread.sessionNo}`;
  const page = await opened(t, StompPeer.withToken(server, vera, { device: 'page' }));
  const shop = await opened(t, StompPeer.withToken(server, vera, { path: '/ws/chat', device: 'shop' }));
  const [onPage, inShop, errors] = [
    await page.follow(topic),
    await shop.subscribe(session, FROM_THE_BEGINNING),
    await shop.subscribe('/user/queue/errors'),
  ];
  const takeBack = (uid) => messageFrom(vera, thread, { type: 'RECALL', content: uid });

  // In time: said on the page, taken back at the shop. One device of Ann is away while it happens.
  await away.item('WELCOME', isOf('WELCOME'));
  await away.disconnect();
  const secret = textFrom(vera, thread, 'my number is 4711');
  await page.send(topic, secret);
  assert.equal((await desk.message(secret.uid)).content, secret.content);
  await shop.publish('/app/chat/send', JSON.stringify({ sessionId: thread.sessionId, type: 'RECALL', recalledMsgNo: secret.uid }));
  for (const heard of [onPage, desk]) {
    await heard.item('the RECALL', ({ type, content }) => type === 'RECALL' && content === secret.uid);
  }
  await inShop.item('the RECALL', ({ type, recalledMsgNo }) => type === 'RECALL' && recalledMsgNo === secret.uid);
  // Who comes later never sees it.
  const back = await opened(t, MqttPeer.asAgent(server, ann, { device: 'away' }));
  await back.item('the RECALL', isOf('RECALL'));
  const laptop = await opened(t, StompPeer.withToken(server, vera, { path: '/ws/chat', device: 'laptop' }));
  const onLaptop = await laptop.subscribe(session, FROM_THE_BEGINNING);
  const { message: hidden } = await onLaptop.item('what was said', ({ msgNo }) => msgNo === secret.uid);
  assert.deepEqual([hidden.recalled, hidden.content || ''], [true, '']);
  const row = (await history(server, vera)).find(({ uid }) => uid === secret.uid);
  for (const { content, status } of [await back.message(secret.uid), row]) {
    assert.deepEqual([content || '', status], ['', 'RECALL']);
  }

  // Too late, on whatever way; for those at the desk it is not.
  await post(server, admin, '/api/v1/settings/update', { uid: workgroup, settings: { recallS: 1 } });
  const [hers, his] = [textFrom(vera, thread, 'I stand by this'), textFrom(ann, thread, 'the wrong window')];
  await page.send(topic, hers);
  await desk.send(his);
  const { message } = await onPage.item('what she said', ({ uid }) => uid === hers.uid);
  await until('two seconds have gone by', () => Date.now() > message.timestamp + 2000);
  await assert.rejects(sendByHttp(server, vera, takeBack(hers.uid)), /too long ago/);
  shop.write('/app/chat/send', {}, JSON.stringify({ sessionId: thread.sessionId, type: 'RECALL', recalledMsgNo: hers.uid }));
  assert.match((await errors.item('the refusal', ({ code }) => code === 409)).message.message, /too long ago/);
  await desk.send(messageFrom(ann, thread, { type: 'RECALL', content: his.uid }));
  await onPage.item("Ann's RECALL", ({ type, content }) => type === 'RECALL' && content === his.uid);
  await assert.rejects(page.send(topic, takeBack(hers.uid)), /too long ago/);
  const said = (await history(server, vera)).filter(({ type }) => type === 'TEXT').map(({ content }) => content || '');
  assert.deepEqual(said, ['', 'I stand by this', '']);
});

test('two agents want the same visitor at the same moment: one has it, the other hears so', async (t) => {
  const { ann, bob, workgroup } = await newTeam(server, ['ann', 'bob'], { capacity: 10, settings: { routing: 'MANUAL' } });
  const annOnline = await opened(t, MqttPeer.asAgent(server, ann));
  await annOnline.subscribe(`org/queue/${ann.uid}`);
  const bobOnline = await opened(t, StompPeer.withToken(server, bob, { path: '/ws/agent' }));
  const bobsPool = await bobOnline.subscribe(`/topic/org.queue.${bob.uid}`);
  /** What an agent was told of the pool, in JSON on every protocol. */
  const told = (agent) =>
    agent === ann
      ? annOnline.in(`org/queue/${ann.uid}`).map(({ payload }) => JSON.parse(payload))
      : bobsPool.messages;
  const hears = (agent, type, topic) =>
    until(type, () => told(agent).find((notice) => notice.type === type && notice.thread.topic === topic));
  for (let round = 0; round < 6; round += 1) {
    const visitor = await visitorAt(server, workgroup, `V${round}`);
    await Promise.all([ann, bob].map((agent) => hears(agent, 'ROUTING_POOL', visitor.topic)));
    const [first, second] = round % 2 === 0 ? [ann, bob] : [bob, ann];
    const taken = await Promise.allSettled(
      [first, second].map((agent) => post(server, agent, '/api/v1/agent/accept', { topic: visitor.topic })),
    );
    const winners = [first, second].filter((_, index) => taken[index].status === 'fulfilled');
    assert.equal(winners.length, 1, JSON.stringify(taken));
    const [winner] = winners;
    const loser = winner === ann ? bob : ann;
    assert.match(taken.find(({ status }) => status === 'rejected').reason.message, /CHATTING/);
    await hears(loser, 'QUEUE_ACCEPT', visitor.topic);
    const rows = await history(server, visitor);
    assert.deepEqual(rows.map(({ type, user }) => [type, user.uid]).slice(1), [['WELCOME', winner.uid]]);
    const intruding = messageFrom(loser, visitor.thread, { content: 'me too' });
    await assert.rejects(post(server, loser, '/api/v1/message/rest/send', { json: JSON.stringify(intruding) }));
  }
});

test('an offer is accepted and taken back at the same moment: one of them holds', async (t) => {
  const { ann, bob, workgroup } = await newTeam(server, ['ann', 'bob'], { capacity: 10 });
  const annOnline = await opened(t, MqttPeer.asAgent(server, ann, { protocolVersion: 5 }));
  for (let round = 0; round < 6; round += 1) {
    const visitor = await visitorAt(server, workgroup, `V${round}`);
    assert.equal(visitor.opening.type, 'WELCOME');
    await annOnline.item('WELCOME', (_, item) => item.topic === visitor.topic);
    // Bob is there for the offer alone, so that the visitor is Ann's.
    const bobOnline = await opened(t, StompPeer.withToken(server, bob, { path: '/ws/agent' }));
    const bobsWork = await bobOnline.subscribe('/user/queue/messages');
    const content = JSON.stringify({ agentUid: bob.uid });
    const offer = messageFrom(ann, visitor.thread, { type: 'TRANSFER', content });
    await annOnline.send(offer);
    await bobsWork.message(offer.uid);
    const answer = (person, type) => messageFrom(person, visitor.thread, { type, content: JSON.stringify({ uid: offer.uid }) });
    const [accepted, cancelled] = await Promise.allSettled([
      bobOnline.send(visitor.topic, answer(bob, 'TRANSFER_ACCEPT')),
      annOnline.send(answer(ann, 'TRANSFER_CANCEL')),
    ]);
    assert.notEqual(accepted.status, cancelled.status, JSON.stringify([accepted, cancelled]));
    const holds = accepted.status === 'fulfilled' ? 'TRANSFER_ACCEPT' : 'TRANSFER_CANCEL';
    assert.deepEqual(await types(visitor), ['WELCOME', 'TRANSFER', holds]);
    // Whoever lost was told why, by ERROR on STOMP, by the reason of PUBACK on MQTT: that the offer has been answered, or
    // that the conversation is somebody else's by then.
    const { reason } = accepted.status === 'rejected' ? accepted : cancelled;
    const isTold =
      holds === 'TRANSFER_ACCEPT'
        ? [0x83, 0x87].includes(reason.code)
        : /has been answered|not yours/.test(reason.message);
    assert.ok(isTold, `${reason.message} ${reason.code}`);
    const owner = holds === 'TRANSFER_ACCEPT' ? bob : ann;
    assert.equal((await get(server, owner, '/api/v1/thread/query/uid', { uid: visitor.thread.uid })).owner, owner.uid);
    await bobOnline.disconnect().catch(() => {});
    await until('Bob is gone', async () =>
      !(await get(server, ann, `/api/v1/connection/presence/${bob.uid}`)).online);
  }
});

test('a supervisor watches, whispers and takes over, and the visitor just goes on talking', async (t) => {
  const roles = { boss: 'SUPERVISOR' };
  const { ann, boss, workgroup } = await newTeam(server, ['ann', 'boss'], { roles });
  const annOnline = await opened(t, MqttPeer.asAgent(server, ann, { protocolVersion: 5 }));
  const vera = await visitorAt(server, workgroup, 'Vera');
  const { thread, topic } = vera;
  const page = await opened(t, overSockJs(vera, 'page'));
  const seen = await page.follow(topic, FROM_THE_BEGINNING);
  const bossOnline = await opened(t, StompPeer.withToken(server, boss, { path: '/ws/agent' }));
  const watched = await bossOnline.subscribe('/user/queue/messages');

  await post(server, boss, '/api/v1/thread/watch', { topic });
  const complaint = textFrom(vera, thread, 'this takes too long');
  await page.send(topic, complaint);
  assert.equal((await watched.message(complaint.uid)).content, complaint.content);
  await post(server, boss, '/api/v1/thread/whisper', { topic, content: 'offer a refund' });
  const note = await annOnline.item('the note', ({ content }) => content === 'offer a refund');
  assert.notEqual(note.topic, topic);
  const refund = textFrom(ann, thread, 'We could refund it.');
  await annOnline.send(refund);
  await seen.message(refund.uid);
  assert.equal(await unreadCount(server, vera), 1, 'the note is nothing that she has to read');

  await post(server, boss, '/api/v1/thread/takeover', { topic });
  await seen.item('WELCOME', ({ type, user }) => type === 'WELCOME' && user.uid === boss.uid);
  const words = textFrom(vera, thread, 'a refund would be fine');
  await page.send(topic, words);
  await watched.message(words.uid);
  const done = textFrom(boss, thread, 'It is on its way.');
  await bossOnline.send(topic, done);
  await seen.message(done.uid);
  await assert.rejects(annOnline.send(textFrom(ann, thread, 'wait')), ({ code }) => code === 0x83 || code === 0x87);

  // One subscription, one conversation, no trace of who watched and whispered.
  const rows = await history(server, vera);
  assert.deepEqual(rows.map(({ type, user }) => [type, user.uid]), [
    ['WELCOME', ann.uid], ['TEXT', vera.uid], ['TEXT', ann.uid], ['WELCOME', boss.uid], ['TEXT', vera.uid], ['TEXT', boss.uid],
  ]);
  assert.deepEqual(seen.seqs, rows.map(({ seq }) => seq));
  const { content: threads } = await get(server, vera, '/visitor/api/v1/threads', { uid: vera.uid });
  assert.deepEqual(threads.map((row) => row.topic), [topic]);
});

test('the server dies while a queue moves on: each is served once, in turn', async (t) => {
  const { ann, workgroup } = await newTeam(server, ['ann']);
  let annOnline = await opened(t, MqttPeer.asAgent(server, ann));
  const visitors = [];
  for (let number = 0; number < 5; number += 1) {
    visitors.push(await visitorAt(server, workgroup, `V${number}`));
  }
  t.diagnostic(`DESKWIRE_E2E_SEED=${seed}`);
  const random = generator(seed);
  for (const [served, visitor] of visitors.entries()) {
    const welcome = await annOnline.item('WELCOME', ({ type }, { topic }) => type === 'WELCOME' && topic === visitor.topic);
    const bye = messageFrom(ann, welcome.message.thread, { type: 'AGENT_CLOSED', content: '' });
    // Nobody knows how far it comes before the end; so Ann says it again.
    const closing = annOnline.send(bye, { patience: 1000 }).catch(() => {});
    if (random() < 0.5) {
      await closing;
    }
    await server.kill();
    await server.restart();
    annOnline = await opened(t, MqttPeer.asAgent(server, ann));
    await annOnline.send(bye);
    for (const later of visitors.slice(served + 2)) {
      assert.deepEqual(await types(later), ['QUEUE'], 'nobody overtakes');
    }
  }
  for (const [number, visitor] of visitors.entries()) {
    const expected = ['WELCOME', 'AGENT_CLOSED'];
    assert.deepEqual(await types(visitor), number === 0 ? expected : ['QUEUE', ...expected]);
  }
});

test('the server dies while a conversation is passed on: it is once, and who waits gets the place', async (t) => {
  const { ann, bob, workgroup } = await newTeam(server, ['ann', 'bob'], { settings: { transferTimeoutS: 300 } });
  const online = async () => {
    const bobOnline = await opened(t, StompPeer.withToken(server, bob, { path: '/ws/agent' }));
    const bobsWork = await bobOnline.subscribe('/user/queue/messages');
    const annOnline = await opened(t, MqttPeer.asAgent(server, ann));
    return { annOnline, bobOnline, bobsWork };
  };
  const annFirst = await opened(t, MqttPeer.asAgent(server, ann));
  const vera = await visitorAt(server, workgroup, 'Vera');
  await annFirst.item('WELCOME', isOf('WELCOME'));
  const wim = await requestThread(server, await newVisitor(server, 'Wim'), { type: '0', sid: ann.uid });
  assert.equal(wim.opening.type, 'QUEUE');
  let desk = await online();
  /** The server dies while something is sent. */
  const dying = async (sending) => {
    sending.catch(() => {});
    await server.kill();
    await server.restart();
    desk = await online();
  };

  // Nobody knows how far a word comes before the end; so it is said again.
  const offer = messageFrom(ann, vera.thread, { type: 'TRANSFER', content: JSON.stringify({ agentUid: bob.uid }) });
  await dying(desk.annOnline.send(offer, { patience: 1000 }));
  await desk.annOnline.send(offer);
  await desk.bobsWork.message(offer.uid);
  const yes = messageFrom(bob, vera.thread, { type: 'TRANSFER_ACCEPT', content: JSON.stringify({ uid: offer.uid }) });
  await dying(desk.bobOnline.send(vera.topic, yes));
  await desk.bobOnline.send(vera.topic, yes);
  assert.deepEqual(await types(vera), ['WELCOME', 'TRANSFER', 'TRANSFER_ACCEPT']);
  await until('Wim has a place', async () => (await types(wim)).length === 2);
  const [, welcome] = await history(server, wim);
  assert.deepEqual([welcome.type, welcome.user.uid], ['WELCOME', ann.uid]);
});
