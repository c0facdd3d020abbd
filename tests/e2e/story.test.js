// One long story as people live it, each with another client: a queue, a chat with a picture and an order card, a transfer
// that is refused and one that is not, a rating, the end. Then everybody's view of it is compared, message by message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, messageFrom, newVisitor, textFrom, unreadCount } from './conversations.js';
import { get, newTeam, post, visitorAt, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { LegacyPeer } from './legacy-peer.js';
import { MqttPeer } from './mqtt-peer.js';
import { png } from './pictures.js';
import { StompPeer } from './stomp-peer.js';

const server = await serverForThisFile({ env: WITH_ADMIN });

/** From the first entry on. */
const FROM_THE_BEGINNING = { headers: { 'after-seq': '0' } };

/** Types that are relayed and not kept. */
const RELAYED = ['READ', 'DELIVERED', 'QUEUE_UPDATE'];

const bearer = ({ accessToken }) => ({ authorization: `Bearer ${accessToken}` });
const isReadOf = (uid) => ({ type, content }) => type === 'READ' && content === uid;

/** The client of the visitor documentation, in a page. */
const inPage = (person, device) => StompPeer.withToken(server, person, { device });

/** An old client over SockJS. */
const overSockJs = (person, device) =>
  LegacyPeer.connect('stompjs', server, { path: '/sockjs', headers: { login: person.uid, device }, sockjs: {} });

/** The client of the second documentation, which speaks of sessions. */
const atSession = (person, device) => StompPeer.withToken(server, person, { path: '/ws/chat', device });

/** Says something as the second documentation does. */
const sayInSession = (peer, { sessionId }, fields) =>
  peer.publish('/app/chat/send', JSON.stringify({ sessionId, ...fields }));

/** A visitor may use MQTT as well: its phone, with a session that is kept. */
const onPhone = (person) =>
  MqttPeer.connect(server, {
    clientId: `${person.uid}/web/phone`,
    username: 'visitor',
    password: person.accessToken,
    clean: false,
  });

async function uploadPicture(person, content) {
  const form = new FormData();
  form.append('file', new Blob([content]), 'receipt.png');
  const response = await fetch(`${server.url}/visitor/api/v1/upload/file`, {
    method: 'POST',
    body: form,
    headers: bearer(person),
  });
  return (await response.json()).data;
}

/** Asserts who can open a link that carries no right of its own. */
async function assertReaders(link, expected) {
  for (const [person, status] of expected) {
    const response = await fetch(link, { headers: person ? bearer(person) : {} });
    assert.equal(response.status, status);
    await response.arrayBuffer();
  }
}

/** What messages carry: the link without what opens it. */
const plain = (url) => url?.split('?')[0];

/** What an entry says in every dialect, from its JSON or protobuf form. A card's status and a link's right change. */
function gist({ uid, seq, type, content, createdAt, status, user, thread, extra }) {
  const document = ['IMAGE', 'ORDER_CARD'].includes(type) ? JSON.parse(content) : undefined;
  const said = document
    ? { ...document, status: undefined, url: plain(document.url), thumbnail: plain(document.thumbnail) }
    : content;
  const [sender, about] = [[user.uid, user.nickname ?? ''], [thread.topic, thread.status]];
  return { uid, seq, type, said, createdAt, status, sender, about, extra: extra && JSON.parse(extra) };
}

/** Asserts that `heard` are the entries of `rows` from `seq` on, whole. */
function assertSameEntries(heard, rows, { from = 1, to = rows.length, who }) {
  const entries = heard.filter(({ type }) => !RELAYED.includes(type));
  assert.deepEqual(entries.map(gist), rows.slice(from - 1, to).map(gist), who);
}

/** Asserts that `heard` on a session are the entries of `rows` from `seq` on, in the words of sessions. */
function assertSameInSession(heard, rows, { sessionId }, { from = 1, who }) {
  const entries = heard.filter(({ msgId, type }) => msgId !== undefined && type !== 'READ_RECEIPT');
  assert.deepEqual(entries.map(({ msgId }) => msgId), rows.slice(from - 1).map(({ seq }) => seq), who);
  for (const entry of entries) {
    const row = rows[entry.msgId - 1];
    assert.deepEqual([entry.msgNo, entry.sendTime, entry.sessionId], [row.uid, row.createdAt, sessionId], who);
    if (entry.type === 'MSG') {
      assert.equal(entry.msgType, row.type.toLowerCase());
      assert.equal(entry.senderName, row.user.nickname);
      assert.equal(entry.senderRole, row.user.type === 'VISITOR' ? 'customer' : 'waiter');
    } else {
      assert.equal(entry.event ?? entry.type, row.type);
    }
    if (entry.type === 'SYSTEM') {
      assert.equal(entry.sessionStatus, row.thread.status);
    }
    const { url, orderCardId, expireTime } = /^\{.*"(url|orderCardId)"/.test(row.content) ? JSON.parse(row.content) : {};
    const card = entry.payload ?? entry;
    assert.deepEqual([plain(entry.fileUrl), card.orderCardId, card.expireTime], [plain(url), orderCardId, expireTime]);
    if (row.type === 'TEXT') {
      assert.equal(entry.content, row.content);
    }
  }
}

test('from the queue to the rating, on every protocol', async (t) => {
  const peers = [];
  t.after(() => Promise.all(peers.map((peer) => peer.disconnect().catch(() => {}))));
  const opened = async (connecting) => {
    const peer = await connecting;
    peers.push(peer);
    return peer;
  };
  const { ann, bob, cleo, workgroup } = await newTeam(server, ['ann', 'bob', 'cleo']);
  const seat = (agent, status) => post(server, agent, '/api/v1/agent/update/status', { status });
  await Promise.all([seat(bob, 'BUSY'), seat(cleo, 'BUSY')]);
  const annOnline = await opened(MqttPeer.asAgent(server, ann));

  // Everybody is busy: two are before Vera, who follows her place on all that she has.
  const wilma = await visitorAt(server, workgroup, 'Wilma');
  assert.equal(wilma.thread.status, 'CHATTING');
  const wim = await visitorAt(server, workgroup, 'Wim');
  const vera = await visitorAt(server, workgroup, 'Vera');
  const { thread, topic } = vera;
  assert.deepEqual([vera.opening.type, JSON.parse(vera.opening.content).position], ['QUEUE', 2]);
  const phone = await onPhone(vera);
  await phone.subscribe(topic);
  await phone.disconnect();
  const [page, tablet, atShop] = await Promise.all(
    [inPage(vera, 'page'), overSockJs(vera, 'tablet'), atSession(vera, 'shop')].map(opened),
  );
  const [onPage, onTablet, inShop] = await Promise.all([
    page.follow(topic, FROM_THE_BEGINNING),
    tablet.follow(topic, FROM_THE_BEGINNING),
    atShop.subscribe(`/topic/session/${thread.sessionNo}`, FROM_THE_BEGINNING),
  ]);

  // Ann ends what she has, in her own client, and whoever waits longest comes next.
  const bye = (visitor) => annOnline.send(messageFrom(ann, visitor.thread, { type: 'AGENT_CLOSED', content: '' }));
  await bye(wilma);
  await onPage.item('QUEUE_UPDATE', ({ type, content }) => type === 'QUEUE_UPDATE' && JSON.parse(content).position === 1);
  const wims = await annOnline.item('Wim', ({ type }, item) => type === 'WELCOME' && item.topic === wim.topic);
  await bye({ thread: wims.message.thread });
  for (const feed of [onPage, onTablet]) {
    const { message } = await feed.item('WELCOME', ({ type }) => type === 'WELCOME');
    assert.deepEqual([message.thread.status, message.user.uid], ['CHATTING', ann.uid]);
  }
  const joined = await inShop.item('WELCOME', ({ event }) => event === 'WELCOME');
  assert.equal(joined.message.sessionStatus, 'CHATTING');

  // They talk, and each sees how far the other has read, wherever it looks.
  const question = textFrom(vera, thread, '这个还有货吗? Still in stock?');
  await page.send(topic, question);
  assert.equal((await annOnline.message(question.uid)).content, question.content);
  await annOnline.send(messageFrom(ann, thread, { type: 'READ', content: question.uid }));
  await Promise.all([onPage, onTablet].map((feed) => feed.item('READ', isReadOf(question.uid))));
  await inShop.item('READ_RECEIPT', ({ type, lastReadMsgNo }) => type === 'READ_RECEIPT' && lastReadMsgNo === question.uid);
  const answer = textFrom(ann, thread, 'Yes. What did you pay last time?');
  await annOnline.send(answer);
  await tablet.send(topic, messageFrom(vera, thread, { type: 'READ', content: (await onTablet.message(answer.uid)).uid }));
  await annOnline.item('the READ', isReadOf(answer.uid));

  // A picture: Ann sees it large and small, and nobody else does.
  const content = png(640, 480);
  const { fileUrl, thumbnail } = await uploadPicture(vera, content);
  const [url, small] = [plain(fileUrl), plain(thumbnail)];
  const picture = messageFrom(vera, thread, {
    type: 'IMAGE',
    content: JSON.stringify({ url, thumbnail: small, name: 'receipt.png', size: String(content.length) }),
  });
  await tablet.send(topic, picture);
  const shown = JSON.parse((await annOnline.message(picture.uid)).content);
  const large = await fetch(shown.url, { headers: bearer(ann) });
  assert.deepEqual(Buffer.from(await large.arrayBuffer()), content);
  const stranger = await newVisitor(server, 'Nobody');
  for (const link of [shown.url, shown.thumbnail]) {
    await assertReaders(link, [[ann, 200], [vera, 200], [stranger, 403], [wilma, 403], [undefined, 401]]);
  }

  // An order card, which Vera lets go by.
  const card = messageFrom(ann, thread, {
    type: 'ORDER_CARD',
    content: JSON.stringify({ name: 'Deposit', price: '29.9', countdownSeconds: 1 }),
  });
  await annOnline.send(card);
  const { orderCardId, expireTime } = JSON.parse((await onPage.message(card.uid)).content);
  const isExpiry = ({ type }) => type === 'ORDER_CARD_EXPIRE';
  const expiries = await Promise.all([onPage, onTablet, inShop, annOnline].map((heard) => heard.item('the expiry', isExpiry)));
  for (const { message } of expiries.slice(0, 2)) {
    assert.deepEqual(JSON.parse(message.content), { orderCardId, status: 'expired', expireTime });
    assert.equal(message.createdAt, expireTime);
  }
  await assert.rejects(post(server, vera, `/api/v1/order-card/${orderCardId}/pay`, {}), /expired/);

  // Bob, on STOMP, will not have it; Cleo, who speaks of sessions, will.
  const bobOnline = await opened(StompPeer.withToken(server, bob, { path: '/ws/agent' }));
  const bobsWork = await bobOnline.subscribe('/user/queue/messages');
  const cleoOnline = await opened(atSession(cleo));
  const cleosNews = await cleoOnline.subscribe('/user/queue/notify');
  const pass = async (colleague) => {
    await seat(colleague, 'AVAILABLE');
    const offer = messageFrom(ann, thread, { type: 'TRANSFER', content: JSON.stringify({ agentUid: colleague.uid }) });
    await annOnline.send(offer);
    return offer.uid;
  };
  const first = await pass(bob);
  await bobsWork.message(first);
  const no = messageFrom(bob, thread, { type: 'TRANSFER_REJECT', content: JSON.stringify({ uid: first }) });
  await bobOnline.send(topic, no);
  await annOnline.message(no.uid);
  await seat(bob, 'BUSY');
  const second = await pass(cleo);
  const news = await cleosNews.item('the offer', ({ msgNo }) => msgNo === second);
  assert.equal(news.message.sessionId, thread.sessionId);
  await post(server, cleo, '/api/v1/thread/transfer/accept', { topic, uid: second });
  const { message: accepted } = await onPage.item('TRANSFER_ACCEPT', ({ type }) => type === 'TRANSFER_ACCEPT');
  const cleosSession = await cleoOnline.subscribe(`/topic/session/${thread.sessionNo}`);
  await sayInSession(cleoOnline, thread, { msgType: 'text', msgNo: 'cleos-words', content: '你好, I am Cleo.' });
  await onTablet.message('cleos-words');
  await sayInSession(atShop, thread, { msgType: 'text', msgNo: 'veras-words', content: 'Thank you, that is all.' });
  await cleosSession.item('the thanks', ({ msgNo }) => msgNo === 'veras-words');

  // Cleo asks how it was, Vera says so, and it is over.
  const invited = await post(server, cleo, '/api/v1/thread/rating/invite', { topic, content: 'How was it?' });
  await inShop.item('the question', ({ msgNo }) => msgNo === invited.uid);
  const extra = JSON.stringify({ score: 5, resolved: true, content: 'kind' });
  const rating = { ...messageFrom(vera, thread, { type: 'RATE_SUBMIT', content: invited.uid }), extra };
  await page.send(topic, rating);
  await cleosSession.item('the rating', ({ msgNo }) => msgNo === rating.uid);
  await post(server, cleo, '/api/v1/thread/close', { topic });
  const isEnd = ({ type, event }) => (event ?? type) === 'AGENT_CLOSED';
  await Promise.all([onPage, onTablet, inShop, cleosSession].map((feed) => feed.item('the end', isEnd)));
  await Promise.all(peers.map((peer) => peer.disconnect()));

  // Vera comes back with nothing but HTTP, is known, and reads it all.
  const again = await call(server.url, '/visitor/api/v1/init', { body: { orgUid: vera.orgUid, uid: vera.uid } });
  assert.equal(again.uid, vera.uid);
  const { content: threads } = await get(server, again, '/visitor/api/v1/threads', { uid: vera.uid });
  assert.deepEqual(threads.map((row) => [row.topic, row.status]), [[topic, 'CLOSED']]);
  const rows = await history(server, { ...again, topic });
  assert.deepEqual(rows.map(({ type }) => type), [
    'QUEUE', 'WELCOME', 'TEXT', 'TEXT', 'IMAGE', 'ORDER_CARD', 'ORDER_CARD_EXPIRE', 'TRANSFER', 'TRANSFER_REJECT',
    'TRANSFER', 'TRANSFER_ACCEPT', 'TEXT', 'TEXT', 'RATE_INVITE', 'RATE_SUBMIT', 'AGENT_CLOSED',
  ]);
  assert.deepEqual(rows.map(({ seq }) => seq), rows.map((_, index) => index + 1));
  assert.ok((await unreadCount(server, vera)) > 0);
  await post(server, again, '/visitor/api/v1/message/unread/clear', { uid: vera.uid });
  assert.equal(await unreadCount(server, vera), 0);

  // What was heard live,
  assertSameEntries(onPage.messages, rows, { who: 'the page' });
  assertSameEntries(onTablet.messages, rows, { who: 'the tablet' });
  assertSameInSession(inShop.messages, rows, thread, { who: 'the shop' });
  const anns = annOnline.in(topic).map(({ message }) => message);
  assertSameEntries(anns, rows, { from: anns[0].seq, to: accepted.seq, who: 'Ann' });
  // what comes to who was away,
  const phoneAgain = await opened(onPhone(vera));
  await phoneAgain.item('the end', isEnd);
  const late = phoneAgain.in(topic).map(({ message }) => message);
  assertSameEntries(late, rows, { from: late[0].seq, who: 'the phone' });
  assert.ok(late[0].seq <= 2, `the phone heard from ${late[0].seq} on`);
  const [laptop, oldLaptop] = await Promise.all([opened(inPage(vera, 'laptop')), opened(atSession(vera, 'old laptop'))]);
  const onLaptop = await laptop.follow(topic, FROM_THE_BEGINNING);
  const onOldLaptop = await oldLaptop.subscribe(`/topic/session/${thread.sessionNo}`, FROM_THE_BEGINNING);
  await Promise.all([onLaptop, onOldLaptop].map((feed) => feed.item('the end', isEnd)));
  assertSameEntries(onLaptop.messages, rows, { who: 'the laptop' });
  assertSameInSession(onOldLaptop.messages, rows, thread, { who: 'the old laptop' });
  // and what the desk reads is one conversation.
  const atDesk = await get(server, cleo, '/api/v1/message/thread/topic', { topic, pageSize: 100 });
  assert.deepEqual(atDesk.content.toReversed().map(gist), rows.map(gist));
  const cardOf = (messages) => messages.find(({ uid }) => uid === card.uid);
  assert.equal(JSON.parse(cardOf(onPage.messages).content).status, 'pending');
  for (const entry of [cardOf(rows), cardOf(onLaptop.messages), cardOf(late)]) {
    assert.equal(JSON.parse(entry.content).status, 'expired');
  }
});
