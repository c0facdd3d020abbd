// Where STOMP clients of Spring and RabbitMQ send and listen besides conversations: a user's own places, one inbox for
// all conversations, questions, temporary queues, and what back ends push.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGENT, WORKGROUP, logInAgent, newConversation, newVisitor, requestThread } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const SERVICE = { name: 'robot', secret: 'robot-secret' };

const server = await serverForThisFile({
  env: {
    DESKWIRE_SERVICE_ACCOUNT: `${SERVICE.name}:${SERVICE.secret}`,
    // The one agent takes the workgroup's conversations of all tests.
    DESKWIRE__DESK__AGENT_CAPACITY: '1000',
  },
});

const robot = () => StompPeer.connect(server, { headers: { login: SERVICE.name, passcode: SERVICE.secret } });
const opaque = { json: false };
const bodies = (feed) => feed.received.map(({ frame }) => frame.body);

async function push(path, body, headers = { 'x-service-key': `${SERVICE.name}:${SERVICE.secret}` }) {
  const response = await fetch(`${server.url}/api/v1/push/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
}

const basic = (name, secret) => ({ authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` });

test('a message to a user reaches all its sessions under the name they subscribed with', async () => {
  const visitor = await newVisitor(server);
  const other = await StompPeer.asVisitor(server, await newVisitor(server));
  const sessions = [await StompPeer.asVisitor(server, visitor), await StompPeer.asVisitor(server, visitor)];
  const feeds = await Promise.all(sessions.map((session) => session.subscribe('/user/queue/notify', opaque)));
  const unconcerned = await other.subscribe('/user/queue/notify', opaque);
  const elsewhere = await sessions[0].subscribe('/user/topic/notify', opaque);

  const service = await robot();
  await service.publish(`/user/${visitor.uid}/queue/notify`, 'news', { 'content-type': 'text/plain', origin: 'test' });
  for (const feed of feeds) {
    const { frame } = await until('the news', () => feed.received[0]);
    assert.equal(frame.body, 'news');
    assert.equal(frame.headers.destination, '/user/queue/notify');
    assert.equal(frame.headers.subscription, feed.subscription.id);
    assert.equal(frame.headers.origin, 'test');
  }
  await other.settle();
  await sessions[0].settle();
  assert.deepEqual([...bodies(unconcerned), ...bodies(elsewhere)], []);
});

test('a message to oneself, by name or by session, stays in the session', async () => {
  const visitor = await newVisitor(server);
  const [here, there] = [await StompPeer.asVisitor(server, visitor), await StompPeer.asVisitor(server, visitor)];
  const [heard, overheard] = [
    await here.subscribe('/user/queue/echo', opaque),
    await there.subscribe('/user/queue/echo', opaque),
  ];
  await here.publish(`/user/${visitor.uid}/queue/echo`, 'by name');
  await here.publish(`/user/${here.connectedFrame.headers.session}/queue/echo`, 'by session');
  await until('both', () => heard.received.length === 2);
  await there.settle();
  assert.deepEqual([bodies(heard), bodies(overheard)], [['by name', 'by session'], []]);
});

test('users cannot send to each other or listen to each other', async () => {
  const [visitor, victim] = [await newVisitor(server), await newVisitor(server)];
  const listening = await StompPeer.asVisitor(server, victim);
  const private_ = await listening.subscribe('/user/queue/private', opaque);
  const session = listening.connectedFrame.headers.session;
  for (const destination of [
    `/user/${victim.uid}/queue/private`,
    `/user/${session}/queue/private`,
    `/topic/user/${victim.uid}/queue/private`,
    `/topic/user%2F${victim.uid}.queue/private`,
    `/topic/$\u0001${session}/queue/private`,
    `/queue/private-user${session}`,
  ]) {
    for (const attempt of ['publish', 'subscribe']) {
      const peer = await StompPeer.asVisitor(server, visitor);
      await assert.rejects(peer[attempt](destination, 'forged'), `${attempt} ${destination}`);
      assert.match((await peer.refusal()) ?? '', /\w{3,}/);
    }
  }
  const service = await robot();
  const everything = await service.subscribe('/topic/**', opaque);
  await service.publish(`/user/${victim.uid}/queue/private`, 'secret');
  await until('the secret', () => private_.received.length === 1);
  await service.publish('/topic/marker', 'marker');
  await until('the marker', () => everything.received.length > 0);
  assert.deepEqual(bodies(everything), ['marker']);
  await service.disconnect();
  assert.deepEqual(bodies(private_), ['secret']);
});

test('seed 004: /user/topic/all names nobody and is nobody else\'s topic', async () => {
  const peer = await StompPeer.asVisitor(server, await newVisitor(server));
  const feed = await peer.subscribe('/user/topic/all', opaque);
  await peer.publish('/user/topic/all', '{"id":123123}');
  const service = await robot();
  await service.publish('/topic/all', 'for everybody else');
  const unheard = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return Number(metrics.match(/^deskwire_messages_unheard_total (\d+)/m)?.[1] ?? 0);
  };
  const before = await unheard();
  await service.publish('/user/nobody-is-called-so/queue/x', 'for nobody');
  await service.publish('/user/not%2Fa%2Fname/queue/x', 'for nobody');
  assert.equal(await unheard(), before + 2, 'counted');
  await peer.settle();
  // The user's own notices come here, of which there are none.
  assert.ok(bodies(feed).every((body) => JSON.parse(body).data.sysMsgNums === 0));
});

test('seed 003: one subscription follows every conversation, also those that begin later', async () => {
  const agent = await logInAgent(server);
  const desk = await StompPeer.withToken(server, agent);
  const inbox = await desk.subscribe('/user/queue/messages');
  const visitor = await newVisitor(server);
  const chat = await StompPeer.asVisitor(server, visitor);
  const second = await StompPeer.asVisitor(server, visitor);
  const [own, tab] = [await chat.subscribe('/user/queue/messages'), await second.subscribe('/user/queue/messages')];

  const direct = await requestThread(server, visitor);
  const group = await requestThread(server, visitor, { type: '1', sid: WORKGROUP });
  const addresses = [
    [{ topic: direct.topic }, direct],
    [{ thread: { topic: group.topic } }, group],
    [{ sessionNo: group.thread.sessionNo }, group],
    [{ sessionId: direct.thread.sessionId }, direct],
    [{ sessionId: String(group.thread.sessionId) }, group],
    [{ toUserId: AGENT }, group],
  ];
  for (const [number, [address]] of addresses.entries()) {
    const names = [{ uid: `a${number}` }, { msgNo: `a${number}`, msgType: 'text' }, { messageId: `a${number}` }];
    const body = { content: `hello ${number}`, ...names[number % names.length], ...address };
    await chat.publish('/app/send', JSON.stringify(body));
  }
  for (const feed of [own, tab, inbox]) {
    for (const [number, [, conversation]] of addresses.entries()) {
      const message = await feed.message(`a${number}`);
      assert.equal(message.thread.topic, conversation.topic, `message ${number}`);
      assert.deepEqual([message.type, message.content], ['TEXT', `hello ${number}`]);
    }
    for (const topic of [direct.topic, group.topic]) {
      const entries = feed.received.filter(({ message, seq }) => seq && message.thread.topic === topic);
      const seqs = entries.map(({ seq }) => seq);
      assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), 'in order');
      assert.equal(new Set(seqs).size, seqs.length, 'once');
    }
    assert.ok(feed.received.every(({ frame }) => frame.headers.destination === '/user/queue/messages'));
    assert.ok(feed.received.every(({ frame }) => frame.headers.subscription === feed.subscription.id));
  }
  await desk.publish('/app/send', JSON.stringify({ toUserId: visitor.uid, uid: 'reply', content: 'hi' }));
  assert.equal((await own.message('reply')).user.uid, agent.uid);
  await inbox.message('reply');
});

for (const ack of ['client', 'client-individual']) {
  test(`the inbox goes on where each conversation was acknowledged, with ${ack}`, async () => {
    const visitor = await newVisitor(server);
    const threads = [await requestThread(server, visitor), await requestThread(server, visitor, { type: '1', sid: WORKGROUP })];
    const agent = await StompPeer.withToken(server, await logInAgent(server));
    const chat = await StompPeer.asVisitor(server, visitor, { device: 'phone' });
    // Fewer than there will be: entries of both conversations wait for the window.
    const options = { ack, acknowledge: false, headers: { 'prefetch-count': '4' } };
    const first = await chat.subscribe('/user/queue/messages', options);
    const uids = Array.from({ length: 12 }, (_, number) => `m${number}`);
    for (const [number, uid] of uids.entries()) {
      await agent.send(threads[number % 2].topic, { uid, content: uid });
    }
    await until('a full window', () => first.received.length === 4);
    const acknowledged = first.received.slice(0, 3).map(({ message }) => message.uid);
    if (ack === 'client') {
      first.received[2].frame.ack();
    } else {
      first.received.slice(0, 3).forEach(({ frame }) => frame.ack());
    }
    await until('three more', () => first.received.length === 7);
    assert.ok(first.received.every(({ frame }) => frame.headers.ack));
    await chat.cut();

    const again = await StompPeer.asVisitor(server, visitor, { device: 'phone' });
    const rest = await again.subscribe('/user/queue/messages', { ack });
    await until('the rest', () => rest.messages.filter(({ type }) => type === 'TEXT').length === 9);
    const received = rest.messages.filter(({ type }) => type === 'TEXT').map(({ uid }) => uid);
    assert.deepEqual([...acknowledged, ...received].sort(), [...uids].sort(), 'no hole and no repeat');
  });
}

test('an acknowledgement of what is relayed covers the entries of all conversations before it', async () => {
  const visitor = await newVisitor(server);
  const [direct, group] = [
    await requestThread(server, visitor),
    await requestThread(server, visitor, { type: '1', sid: WORKGROUP }),
  ];
  const agent = await StompPeer.withToken(server, await logInAgent(server));
  const chat = await StompPeer.asVisitor(server, visitor);
  const first = await chat.subscribe('/user/queue/messages', { ack: 'client', acknowledge: false });
  await agent.send(direct.topic, { uid: 'one', content: 'one' });
  await first.message('one');
  await agent.send(group.topic, { uid: 'two', content: 'two' });
  await first.message('two');
  await agent.send(direct.topic, { uid: 'typing', type: 'TYPING' });
  (await first.item('TYPING', ({ type }) => type === 'TYPING')).frame.ack();
  await chat.settle();
  await chat.cut();

  const again = await StompPeer.asVisitor(server, visitor);
  const rest = await again.subscribe('/user/queue/messages');
  await agent.send(direct.topic, { uid: 'three', content: 'three' });
  await agent.send(group.topic, { uid: 'four', content: 'four' });
  await rest.message('three');
  await rest.message('four');
  assert.deepEqual(rest.messages.filter(({ type }) => type === 'TEXT').map(({ uid }) => uid).sort(), ['four', 'three']);
});

test('what is refused in /app/send is told on /user/queue/errors, and the connection lives', async () => {
  const stranger = await newConversation(server);
  const peer = await StompPeer.asVisitor(server, await newVisitor(server));
  const errors = await peer.subscribe('/user/queue/errors');
  const cases = [
    ['no JSON', 400, ''],
    ['{"content":"for whom?","uid":"x0"}', 400, 'x0'],
    ['{"sessionId":"seven","uid":"x1"}', 400, ''],
    [JSON.stringify({ topic: stranger.topic, uid: 'x2' }), 404, 'x2'],
    [JSON.stringify({ sessionId: stranger.thread.sessionId, msgNo: 'x3' }), 404, 'x3'],
    [JSON.stringify({ toUserId: AGENT, messageId: 'x4' }), 404, 'x4'],
  ];
  for (const [index, [body, code, uid]] of cases.entries()) {
    peer.client.publish({ destination: '/app/send', body });
    const { message } = await until(`the answer to ${body}`, () => errors.received[index]);
    assert.deepEqual([message.code, message.uid], [code, uid], body);
    assert.match(message.message, /\w{3,}/);
  }
  await assert.rejects(peer.publish('/app/send', 'no JSON'), 'who asks for a receipt gets ERROR');
});

test('what the log refuses is told as well', async () => {
  const conversation = await newConversation(server);
  const agent = await StompPeer.withToken(server, await logInAgent(server));
  await agent.send(conversation.topic, { uid: 'said', content: 'by the agent' });
  const peer = await StompPeer.asVisitor(server, conversation);
  const errors = await peer.subscribe('/user/queue/errors');
  const recall = { topic: conversation.topic, type: 'RECALL', uid: 'recall', content: 'said' };
  peer.client.publish({ destination: '/app/send', body: JSON.stringify(recall) });
  const { message } = await until('the refusal', () => errors.received[0]);
  assert.deepEqual([message.code, message.uid], [409, 'recall']);
});

test('SUBSCRIBE to /app is a question', async () => {
  const visitor = await newVisitor(server);
  const conversation = await requestThread(server, visitor);
  const agent = await StompPeer.withToken(server, await logInAgent(server));
  await agent.send(conversation.topic, { uid: 'q1', content: 'one' });
  const peer = await StompPeer.asVisitor(server, visitor);
  const ask = async (destination, options) => {
    const feed = await peer.subscribe(destination, options);
    const { frame, message } = await until('the answer', () => feed.received[0]);
    assert.equal(frame.headers.destination, destination);
    assert.equal(frame.headers.subscription, feed.subscription.id);
    assert.match(frame.headers['content-type'], /json/);
    return { feed, frame, message };
  };
  assert.equal((await ask('/app/unread')).message.unreadCount, 1);
  const [listed] = (await ask('/app/conversations')).message;
  assert.deepEqual([listed.topic, listed.content, listed.unreadCount], [conversation.topic, 'one', 1]);
  const dotted = `/app/history.${conversation.topic.replaceAll('/', '.')}`;
  for (const destination of [`/app/history/${conversation.topic}`, dotted]) {
    assert.equal((await ask(destination)).message[0].uid, 'q1', destination);
  }
  const { feed, frame } = await ask('/app/unread', { ack: 'client' });
  assert.ok(frame.headers.ack);
  frame.ack();
  feed.subscription.unsubscribe();
  await agent.send(conversation.topic, { uid: 'q2', content: 'two' });
  assert.equal((await ask('/app/unread')).message.unreadCount, 2);
  assert.equal(feed.received.length, 1, 'nothing stays registered');
  const stranger = await newConversation(server);
  for (const destination of ['/app/nothing', `/app/history/${stranger.topic}`, '/app/**']) {
    const curious = await StompPeer.asVisitor(server, visitor);
    await assert.rejects(curious.subscribe(destination), destination);
  }
});

test('requests are answered over a temporary queue that nobody subscribed to', async () => {
  const worker = await robot();
  const requests = await worker.subscribe('/topic/rpc', opaque);
  const client = await robot();
  const answers = [];
  client.client.onUnhandledMessage = (frame) => answers.push(frame);
  for (const body of ['one', 'two']) {
    await client.publish('/topic/rpc', body, { 'reply-to': '/temp-queue/answers', 'correlation-id': body });
  }
  await until('both requests', () => requests.received.length === 2);
  const [address, second] = requests.received.map(({ frame }) => frame.headers['reply-to']);
  assert.match(address, /^\/reply-queue\/[0-9a-f]{32}$/);
  assert.equal(second, address, 'one queue has one address');
  for (const { frame } of requests.received) {
    const headers = { 'correlation-id': frame.headers['correlation-id'] };
    await worker.publish(frame.headers['reply-to'], `${frame.body}!`, headers);
  }
  await until('both answers', () => answers.length === 2);
  assert.deepEqual(answers.map(({ body }) => body), ['one!', 'two!']);
  assert.deepEqual(answers.map(({ headers }) => headers['correlation-id']), ['one', 'two']);
  assert.ok(answers.every(({ headers }) => headers.subscription === '/temp-queue/answers'));

  const feed = await client.subscribe('/temp-queue/answers', opaque);
  await worker.publish(address, 'three');
  await until('the answer on the subscription', () => feed.received.length === 1);
  assert.equal(answers.length, 2, 'a subscription takes the queue over');
  await client.disconnect();
  await worker.publish(address, 'to nobody');
});

test('temporary queues are bounded, and no subscription is called like one', async () => {
  const greedy = await robot();
  const request = (name) => greedy.publish('/topic/rpc', '', { 'reply-to': `/temp-queue/${name}` });
  for (let number = 0; number < 16; number += 1) {
    await request(number);
  }
  await assert.rejects(request('one-more'), /too many/);
  const peer = await robot();
  await assert.rejects(peer.subscribe('/topic/a', { ...opaque, headers: { id: '/temp-queue/x' } }), /temp-queue/);
});

test('back ends push to topics and users', async () => {
  const service = await robot();
  const prices = await service.subscribe('/topic/push/prices', opaque);
  const all = await service.subscribe('/topic/push/#', opaque);
  const sent = await push('broadcast', { destination: '/topic/push.prices', payload: { eur: 1.08 } });
  assert.deepEqual([sent.status, sent.code, sent.data.sessions], [200, 200, 1], 'one session, though it hears it twice');
  const { frame } = await until('the price', () => prices.received[0]);
  assert.deepEqual([frame.body, frame.headers['content-type']], ['{"eur":1.08}', 'application/json']);
  await until('the price again', () => all.received.length === 1);

  const visitor = await newVisitor(server);
  const sessions = [await StompPeer.asVisitor(server, visitor), await StompPeer.asVisitor(server, visitor)];
  const [first] = await Promise.all(sessions.map((session) => session.subscribe('/user/queue/messages', opaque)));
  for (const destination of ['/queue/messages', '/user/queue/messages']) {
    const told = await push(`users/${visitor.uid}`, { destination, payload: 'news: "ok"' }, basic(SERVICE.name, SERVICE.secret));
    assert.deepEqual([told.code, told.data.sessions], [200, 2]);
  }
  const news = (await until('the news', () => first.received[0])).frame;
  assert.deepEqual([news.body, news.headers['content-type']], ['news: "ok"', 'text/plain;charset=UTF-8']);
  assert.equal(news.headers.destination, '/user/queue/messages');
  const nobody = await push('users/nobody-is-called-so', { destination: '/queue/x', payload: null });
  assert.deepEqual([nobody.code, nobody.data.sessions], [200, 0]);
});

test('what is pushed into a queue waits for one consumer', async () => {
  const sent = await push('broadcast', { destination: '/queue/push.jobs', payload: 'job' });
  assert.deepEqual([sent.code, sent.data], [200, {}]);
  const workers = [await robot(), await robot()];
  const feeds = [];
  for (const worker of workers) {
    feeds.push(await worker.subscribe('/queue/push/jobs', opaque));
  }
  await until('the job', () => feeds.some((feed) => feed.received.length > 0));
  await Promise.all(workers.map((worker) => worker.settle()));
  assert.deepEqual(feeds.flatMap(bodies), ['job']);
});

test('a push needs a right, a place and a payload', async () => {
  for (const [path, body, status, code] of [
    ['broadcast', { destination: '/topic/org/agent/a/v', payload: 1 }, 403, -1],
    ['broadcast', { destination: '/topic/user/a', payload: 1 }, 403, -1],
    ['broadcast', { destination: '/topic/a/*', payload: 1 }, 200, 500],
    ['broadcast', { destination: '/user/a/queue/x', payload: 1 }, 200, 500],
    ['broadcast', { destination: '/topic/a' }, 200, 500],
    ['users/a', { destination: '/app/send', payload: 1 }, 200, 500],
    ['users/a', { destination: '/b/queue/x', payload: 1 }, 200, 500],
    ['users/a%252Fb', { destination: '/queue/x', payload: 1 }, 200, 500],
    ['users/a%2Fb', { destination: '/queue/x', payload: 1 }, 200, 500],
  ]) {
    const answer = await push(path, body);
    assert.deepEqual([answer.status, answer.code], [status, code], `${path} ${JSON.stringify(body)}`);
  }
  const { accessToken } = await logInAgent(server);
  for (const headers of [{}, { authorization: `Bearer ${accessToken}` }, { authorization: 'Basic %%%' }, { 'x-service-key': 'robot' }]) {
    assert.equal((await push('broadcast', { destination: '/topic/a', payload: 1 }, headers)).status, 401);
  }
});

test('who guesses a service key is locked out', async () => {
  const guess = (secret) => push('broadcast', { destination: '/topic/a', payload: 1 }, basic('another', secret));
  const answers = [];
  for (let number = 0; number < 7; number += 1) {
    answers.push((await guess(`guess-${number}`)).status);
  }
  assert.deepEqual(answers, [401, 401, 401, 401, 401, 429, 429]);
});

test('a message has the destination as its subscriber spelled it', async () => {
  const service = await robot();
  const spellings = ['/topic/spelled/as/it/is', '/topic/spelled.as.it.is', '/topic/spelled.as/it.is', '/topic/spelled%2Fas.it/is'];
  const feeds = await Promise.all(spellings.map((destination) => service.subscribe(destination, opaque)));
  const patterns = [
    ['/topic/spelled/**', '/topic/spelled/as/it/is'],
    ['/topic/spelled.#', '/topic/spelled.as.it.is'],
  ];
  const matching = await Promise.all(patterns.map(([pattern]) => service.subscribe(pattern, opaque)));
  await service.publish('/topic/spelled.as.it.is', '');
  const expected = [...spellings, ...patterns.map(([, real]) => real)];
  for (const [index, feed] of [...feeds, ...matching].entries()) {
    const { frame } = await until(expected[index], () => feed.received[0]);
    assert.equal(frame.headers.destination, expected[index]);
  }
});

test('seed 002: users name a conversation by its number', async () => {
  const conversation = await newConversation(server);
  const destination = `/topic/session/${conversation.thread.sessionNo}`;
  const stranger = await StompPeer.asVisitor(server, await newVisitor(server));
  await assert.rejects(stranger.subscribe(destination));

  const agent = await StompPeer.withToken(server, await logInAgent(server));
  const peers = [await StompPeer.asVisitor(server, conversation), agent];
  const feeds = await Promise.all(peers.map((peer) => peer.subscribe(destination)));
  const text = { msgType: 'text', sessionId: conversation.thread.sessionId, msgNo: 'MSG_uuid_123', content: '您好' };
  await agent.publish('/app/chat/send', JSON.stringify(text));
  for (const feed of feeds) {
    const { frame, message } = await feed.item('the text', ({ msgNo }) => msgNo === text.msgNo);
    assert.deepEqual([message.type, message.msgType, message.content], ['MSG', 'text', text.content]);
    assert.equal(frame.headers.destination, destination);
  }
});
