// The client of the second documentation: a bearer token in CONNECT on /ws/chat, subscriptions made in onConnect, messages
// to /app/chat/send, with `@stomp/stompjs` and a brokerURL. Its client code is that of the documentation.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@stomp/stompjs';
import { call } from 'deskwire-examples/rest.js';
import { history, logInAgent, newConversation, newVisitor, textFrom } from './conversations.js';
import { Server, serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });

/** The documentation's client, with what it does in onConnect. Resolves when its subscriptions are active. */
async function chatClient(t, token, destinations, { on = server, headers } = {}) {
  const state = { errors: [], closes: 0, frames: [], received: [] };
  const handleIncomingMessage = (data) => state.received.push(data);
  const subscribed = new Promise((resolve, reject) => {
    const chatClient = new Client({
      brokerURL: on.ws('/ws/chat'),
      connectHeaders: { Authorization: 'Bearer ' + token },
      reconnectDelay: 0,
      onConnect: () => {
        for (const destination of destinations) {
          chatClient.subscribe(destination, (msg) => {
            const data = JSON.parse(msg.body);
            state.frames.push({ destination, data, seq: Number(msg.headers.seq) });
            handleIncomingMessage(data);
          }, headers);
        }
        // Frames are acted on in order: the answer to this one shows that those before it were accepted.
        chatClient.watchForReceipt('behind', resolve);
        chatClient.unsubscribe('never', { receipt: 'behind' });
      },
      onStompError: (frame) => {
        state.errors.push(frame.headers.message);
        reject(new Error(frame.headers.message));
      },
      onWebSocketClose: () => {
        state.closes += 1;
      },
    });
    state.chatClient = chatClient;
    /** Sends as the documentation does. */
    state.send = (fields) => chatClient.publish({ destination: '/app/chat/send', body: JSON.stringify(fields) });
    /** Waits for the first message that has all these members. */
    state.message = (fields) =>
      until(JSON.stringify(fields), () =>
        state.received.find((data) => Object.entries(fields).every(([name, value]) => data[name] === value)));
  });
  t.after(() => state.chatClient.deactivate());
  state.chatClient.activate();
  await soon('the subscriptions', subscribed);
  return state;
}

/** A visitor and the demo agent in a conversation, each with the documentation's client. */
async function session(t, on = server) {
  const visitor = await newConversation(on);
  const agent = await logInAgent(on);
  const { sessionNo, sessionId } = visitor.thread;
  const channels = [`/topic/session/${sessionNo}`, '/user/queue/notify'];
  const [customer, waiter] = await Promise.all(
    [visitor, agent].map(({ accessToken }) => chatClient(t, accessToken, channels, { on })),
  );
  return { visitor, agent, customer, waiter, sessionNo, sessionId };
}

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const card = (id, on = server, person) => call(on.url, `/api/v1/order-card/${id}`, { token: person.accessToken });
let cards = 0;
/** A number that no other card of these tests has. */
const newCard = () => 5000 + (cards += 1);

/** As a back end with a service key. */
async function asService(path) {
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers: { 'X-Service-Key': WITH_SERVICE.DESKWIRE_SERVICE_ACCOUNT } });
  return response.json();
}

const CHANNELS = {
  'the conversation': ({ thread }) => `/topic/session/${thread.sessionNo}`,
  'its private notices': () => '/user/queue/notify',
  'the state of the seats': () => '/topic/seat/status',
};

for (const person of ['visitor', 'agent']) {
  for (const [title, destination] of Object.entries(CHANNELS)) {
    test(`the ${person} subscribes to ${title} and stays connected`, async (t) => {
      const visitor = await newConversation(server);
      const { accessToken } = person === 'visitor' ? visitor : await logInAgent(server);
      const { chatClient: client, errors, closes } = await chatClient(t, accessToken, [destination(visitor)]);
      assert.deepEqual(errors, []);
      assert.equal(closes, 0);
      assert.equal(client.connected, true);
    });
  }
}

test('a wrong token is told by an ERROR', async (t) => {
  const client = new Client({
    brokerURL: server.ws('/ws/chat'),
    connectHeaders: { Authorization: 'Bearer not.a.token' },
    reconnectDelay: 0,
  });
  t.after(() => client.deactivate());
  const refused = new Promise((resolve) => {
    client.onStompError = resolve;
  });
  client.activate();
  const { headers } = await soon('the ERROR', refused);
  assert.match(headers.message, /\w{3,}/);
});

test('what is said looks as documented', async (t) => {
  const { customer, waiter, sessionId } = await session(t);
  const payload = { jobId: 501, title: '审计员', salary: '13K-23K', tags: ['实习', '五险一金', '985'], quota: '1 人' };
  const file = { fileUrl: 'https://minio.host/chat/2024/doc_xxx.pdf', fileName: '审计报告.pdf', fileSize: 2048000 };
  for (const [number, fields] of [
    { msgType: 'text', content: '您好!请问有什么可以帮助您的?' },
    { msgType: 'image', fileUrl: 'https://minio.host/chat/2024/img_xxx.jpg', fileName: '截图.jpg', fileSize: 102400 },
    { msgType: 'file', ...file, fileType: 'application/pdf' },
    { msgType: 'job_card', payload },
  ].entries()) {
    const msgNo = `MSG_uuid_${number}`;
    waiter.send({ ...fields, sessionId, msgNo });
    const seen = await customer.message({ msgNo });
    const { senderId, senderName, senderAvatar, msgId, sendTime, ...rest } = seen;
    assert.deepEqual(rest, { type: 'MSG', ...fields, msgNo, sessionId, senderRole: 'waiter' });
    assert.equal(typeof senderName, 'string');
    assert.equal(typeof senderAvatar, 'string');
    assert.match(sendTime, TIME);
    assert.ok(Number.isSafeInteger(senderId) && Number.isSafeInteger(msgId), JSON.stringify(seen));
    assert.deepEqual(await waiter.message({ msgNo }), seen, 'both sides see the same');
  }

  // The customer answers, and the waiter reads it by its number.
  customer.send({ msgType: 'text', sessionId, msgNo: 'answer', content: '谢谢' });
  const answer = await waiter.message({ msgNo: 'answer' });
  assert.equal(answer.senderRole, 'customer');
  const [first] = customer.received.filter(({ msgNo }) => msgNo === 'MSG_uuid_0');
  assert.notEqual(answer.senderId, first.senderId);
  waiter.send({ type: 'READ_RECEIPT', sessionId, readerId: 10001, lastReadMsgId: answer.msgId });
  const { readTime, ...receipt } = await customer.message({ type: 'READ_RECEIPT', lastReadMsgId: answer.msgId });
  assert.deepEqual(receipt, {
    type: 'READ_RECEIPT', sessionId, readerId: first.senderId, lastReadMsgId: answer.msgId, lastReadMsgNo: 'answer',
  });
  assert.match(readTime, TIME);

  // Each hears on its own of what the other says, and not of its own words.
  const notice = await customer.message({ type: 'NEW_MESSAGE', msgNo: 'MSG_uuid_0' });
  assert.deepEqual([notice.msgType, notice.sessionId, notice.msgId], ['text', sessionId, first.msgId]);
  await waiter.message({ type: 'NEW_MESSAGE', msgNo: 'answer' });
  assert.ok(!waiter.received.some(({ type, msgNo }) => type === 'NEW_MESSAGE' && msgNo !== 'answer'));

  // What the conversation becomes is a line of the system and a change of status.
  const { topic } = notice;
  await call(server.url, '/api/v1/thread/close', { token: (await logInAgent(server)).accessToken, body: { topic } });
  const closed = await customer.message({ type: 'SYSTEM', event: 'AGENT_CLOSED' });
  assert.equal(closed.sessionStatus, 'CLOSED');
  assert.equal((await customer.message({ type: 'STATUS_CHANGE' })).status, 'CLOSED');
});

test('one conversation is the same in three dialects', async (t) => {
  const { visitor, agent, customer, waiter, sessionId } = await session(t);
  const json = await StompPeer.withToken(server, visitor, { device: 'json' });
  const protobuf = await MqttPeer.asAgent(server, agent, { device: 'three-dialects' });
  t.after(() => Promise.all([json.disconnect(), protobuf.disconnect()]));
  const feed = await json.follow(visitor.topic, { headers: { 'after-seq': 0 } });

  const picture = JSON.stringify({ url: '/file/a.png', filename: 'a.png', size: '7', mimeType: 'image/png' });
  const said = [];
  for (let round = 0; round < 4; round += 1) {
    const byJson = textFrom(visitor, visitor.thread, `json ${round}`);
    const byProtobuf = { ...textFrom(agent, visitor.thread, picture), type: 'IMAGE' };
    await json.send(visitor.topic, byJson);
    await protobuf.send(byProtobuf);
    customer.send({ msgType: 'file', sessionId, msgNo: `c${round}`, fileUrl: '/file/b.pdf', fileName: 'b.pdf', fileSize: 9 });
    await waiter.message({ msgNo: `c${round}` });
    waiter.send({ msgType: 'job_card', sessionId, msgNo: `w${round}`, payload: { jobId: round } });
    await customer.message({ msgNo: `w${round}` });
    said.push(byJson.uid, byProtobuf.uid, `c${round}`, `w${round}`);
  }
  const last = said.at(-1);
  await feed.message(last);
  await protobuf.message(last);
  const rows = (await history(server, visitor)).filter(({ uid }) => said.includes(uid));
  assert.deepEqual(rows.map(({ uid }) => uid), said);
  for (const row of rows) {
    const inJson = feed.messages.find(({ uid }) => uid === row.uid);
    const inProtobuf = await protobuf.message(row.uid);
    const inSession = await customer.message({ msgNo: row.uid });
    assert.deepEqual(await waiter.message({ msgNo: row.uid }), inSession);
    assert.deepEqual(inJson, row);
    for (const name of ['type', 'content', 'createdAt']) {
      assert.equal(inProtobuf[name], row[name], name);
    }
    assert.equal(inProtobuf.user.uid, row.user.uid);
    assert.deepEqual(
      [inSession.msgType.toUpperCase(), inSession.msgId, inSession.sendTime, inSession.sessionId, inSession.senderName],
      [row.type, row.seq, row.createdAt, sessionId, row.user.nickname],
    );
    assert.equal(inSession.senderRole, row.user.type === 'VISITOR' ? 'customer' : 'waiter');
    if (row.type === 'TEXT') {
      assert.equal(inSession.content, row.content);
    } else if (row.type === 'JOB_CARD') {
      assert.deepEqual(inSession.payload, JSON.parse(row.content));
    } else {
      const { url, size, ...names } = JSON.parse(row.content);
      assert.deepEqual(
        [inSession.fileUrl, inSession.fileSize, inSession.fileName], [url, Number(size), names.name ?? names.filename]);
    }
  }
  const order = customer.frames.filter(({ destination }) => destination.startsWith('/topic/')).map(({ seq }) => seq);
  assert.deepEqual(order.filter(Number.isInteger), [...order.filter(Number.isInteger)].sort((a, b) => a - b));
});

test('an order card expires at its second, and who comes later sees that', async (t) => {
  const { visitor, agent, customer, waiter, sessionNo, sessionId } = await session(t);
  const orderCardId = newCard();
  const payload = { orderCardId, name: '审计师一级入职定金', price: '29.9', status: 'pending', countdownSeconds: 2 };
  waiter.send({ msgType: 'order_card', sessionId, msgNo: 'card', payload });
  const offered = await customer.message({ msgNo: 'card' });
  const { expireTime } = offered.payload;
  assert.deepEqual(offered.payload, { ...payload, expireTime });
  assert.equal(Date.parse(expireTime) - Date.parse(offered.sendTime), 2000);
  const expired = await customer.message({ type: 'ORDER_CARD_EXPIRE' });
  assert.deepEqual(
    [expired.sessionId, expired.orderCardId, expired.status, expired.expireTime],
    [sessionId, orderCardId, 'expired', expireTime],
  );
  assert.equal(expired.sendTime, expireTime, 'at its second');
  assert.deepEqual(await waiter.message({ type: 'ORDER_CARD_EXPIRE' }), expired);

  const late = await chatClient(t, agent.accessToken, [`/topic/session/${sessionNo}`], { headers: { 'after-seq': '0' } });
  assert.equal((await late.message({ msgNo: 'card' })).payload.status, 'expired');
  const row = (await history(server, visitor)).find(({ uid }) => uid === 'card');
  assert.equal(JSON.parse(row.content).status, 'expired');
  assert.equal((await card(orderCardId, server, visitor)).status, 'expired');
  const pay = call(server.url, `/api/v1/order-card/${orderCardId}/pay`, { token: visitor.accessToken, body: {} });
  await assert.rejects(pay, /expired/);
});

test('an order card is paid or cancelled once, by those who may', async (t) => {
  const { visitor, agent, customer, waiter, sessionId } = await session(t);
  const stranger = await newVisitor(server);
  const settle = (person, id, how) =>
    call(server.url, `/api/v1/order-card/${id}/${how}`, { token: person.accessToken, body: {} });
  const [paid, served, cancelled] = [newCard(), newCard(), newCard()];
  for (const orderCardId of [paid, served, cancelled]) {
    waiter.send({ msgType: 'order_card', sessionId, msgNo: `card-${orderCardId}`, payload: { orderCardId, countdownSeconds: 600 } });
    await customer.message({ msgNo: `card-${orderCardId}` });
  }
  await assert.rejects(settle(stranger, paid, 'pay'), /no such order card/);
  await assert.rejects(settle(agent, paid, 'pay'), /not for you/);
  await assert.rejects(call(server.url, `/api/v1/order-card/${paid}/pay`, { body: {} }), /HTTP 401/);
  await assert.rejects(card('x', server, visitor), /no such order card/);

  assert.equal((await settle(visitor, paid, 'pay')).status, 'paid');
  assert.equal((await settle(visitor, paid, 'pay')).status, 'paid', 'the same again changes nothing');
  await assert.rejects(settle(agent, paid, 'cancel'), /the order card is paid/);
  assert.equal((await asService(`/api/v1/order-card/${served}/pay`)).data.status, 'paid');
  assert.equal((await settle(agent, cancelled, 'cancel')).status, 'cancelled');
  assert.equal((await asService(`/api/v1/order-card/${cancelled}/pay`)).message, 'the order card is cancelled');
  for (const [type, orderCardId, status] of [
    ['ORDER_CARD_PAID', paid, 'paid'],
    ['ORDER_CARD_PAID', served, 'paid'],
    ['ORDER_CARD_CANCELLED', cancelled, 'cancelled'],
  ]) {
    assert.equal((await customer.message({ type, orderCardId })).status, status);
  }
  assert.equal(customer.received.filter(({ type }) => /^ORDER_CARD_/.test(type)).length, 3);
});

test('a card expires once although the server was killed before', async (t) => {
  const own = await Server.start();
  t.after(() => own.stop());
  const { visitor, agent, waiter, customer, sessionNo, sessionId } = await session(t, own);
  waiter.send({ msgType: 'order_card', sessionId, msgNo: 'soon', payload: { orderCardId: 1, countdownSeconds: 3 } });
  waiter.send({ msgType: 'order_card', sessionId, msgNo: 'late', payload: { orderCardId: 2, countdownSeconds: 600 } });
  await customer.message({ msgNo: 'late' });
  await own.kill();
  await own.restart();

  const back = await chatClient(t, visitor.accessToken, [`/topic/session/${sessionNo}`], { on: own, headers: { 'after-seq': '0' } });
  const expired = await back.message({ type: 'ORDER_CARD_EXPIRE' });
  assert.deepEqual([expired.orderCardId, expired.status], [1, 'expired']);
  assert.equal((await card(1, own, agent)).status, 'expired');
  assert.equal((await card(2, own, visitor)).status, 'pending');
  await own.kill();
  await own.restart();
  const paid = await call(own.url, '/api/v1/order-card/2/pay', { token: visitor.accessToken, body: {} });
  assert.equal(paid.status, 'paid');
  const types = (await history(own, visitor)).map(({ type }) => type).filter((type) => type.startsWith('ORDER_CARD'));
  assert.deepEqual(types, ['ORDER_CARD', 'ORDER_CARD', 'ORDER_CARD_EXPIRE', 'ORDER_CARD_PAID']);
});
