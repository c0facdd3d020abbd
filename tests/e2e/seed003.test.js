// The client of the third documentation: `new SockJS('/ws/chat?token=…')` and `@stomp/stompjs`, /user/queue/messages and
// /app/send, for visitors on /ws/chat and agents on /ws/agent.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Client } from '@stomp/stompjs';
import { newUid } from 'deskwire-examples/protocol.js';
import SockJS from 'sockjs-client';
import { history, logInAgent, newConversation, sendByHttpAsAgent, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { push } from './pushes.js';
import { WITH_SERVICE } from './service-account.js';
import { FOR_ONE_AGENT } from './stock-client-tests.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile({ env: { ...WITH_SERVICE, ...FOR_ONE_AGENT } });
let agent;

before(async () => {
  agent = await logInAgent(server);
});

/** The documentation's client, that subscribes in onConnect. Resolves when it has. */
async function stompClientOf(t, endpoint, token, { factory, reconnectDelay = 5000 } = {}) {
  const socket = factory ? undefined : new SockJS(`${server.url}${endpoint}?token=${token}`);
  const stompClient = new Client({ webSocketFactory: factory ?? (() => socket), reconnectDelay });
  const state = { stompClient, received: [], errors: [] };
  const subscribed = new Promise((resolve) => {
    stompClient.onConnect = () => {
      stompClient.subscribe(
        '/user/queue/messages',
        (message) => state.received.push({ ...JSON.parse(message.body), destination: message.headers.destination }),
        { receipt: 'subscribed' },
      );
      stompClient.watchForReceipt('subscribed', resolve);
    };
  });
  stompClient.onStompError = (frame) => state.errors.push(frame.headers.message);
  stompClient.activate();
  t.after(() => stompClient.deactivate({ force: true }));
  await soon('the subscription', subscribed);
  state.message = (uid) => until(`message ${uid}`, () => state.received.find((message) => message.uid === uid));
  return state;
}

/** An agent and a visitor in a new conversation, both connected as documented. */
async function bothOnline(t) {
  // Only an agent who is connected gets conversations.
  const agentSide = await stompClientOf(t, '/ws/agent', agent.accessToken);
  const visitor = await newConversation(server);
  const visitorSide = await stompClientOf(t, '/ws/chat', visitor.accessToken);
  return { visitor, visitorSide, agentSide };
}

/** The ways in which a message to /app/send says which conversation it belongs to. */
const NAMINGS = {
  'its topic': ({ topic }) => ({ topic }),
  'the topic of its thread': ({ topic }) => ({ thread: { topic } }),
  'its sessionId': ({ thread }) => ({ sessionId: thread.sessionId }),
  'its sessionNo': ({ thread }) => ({ sessionNo: thread.sessionNo }),
};

for (const [title, naming] of Object.entries(NAMINGS)) {
  test(`/app/send with ${title}: each side's message reaches both`, async (t) => {
    const { visitor, visitorSide, agentSide } = await bothOnline(t);
    for (const [side, content] of [
      [visitorSide, 'Hello 👋'],
      [agentSide, '您好'],
    ]) {
      const uid = newUid();
      side.stompClient.publish({
        destination: '/app/send',
        body: JSON.stringify({ uid, type: 'TEXT', content, ...naming(visitor) }),
      });
      for (const reader of [visitorSide, agentSide]) {
        const message = await reader.message(uid);
        assert.equal(message.content, content);
        assert.equal(message.destination, '/user/queue/messages');
        assert.equal(message.user.uid, side === visitorSide ? visitor.uid : agent.uid);
      }
    }
    assert.deepEqual([...visitorSide.errors, ...agentSide.errors], []);
  });
}

test('/app/send with toUserId names the conversation with that user', async (t) => {
  const { visitor, visitorSide, agentSide } = await bothOnline(t);
  const [question, answer] = [newUid(), newUid()];
  const send = (side, message) => side.stompClient.publish({ destination: '/app/send', body: JSON.stringify(message) });
  send(visitorSide, { uid: question, content: 'to the agent', toUserId: agent.uid });
  await agentSide.message(question);
  send(agentSide, { uid: answer, content: 'to you', toUserId: visitor.uid });
  await visitorSide.message(answer);
  assert.deepEqual(
    visitorSide.received.map(({ uid }) => uid),
    [question, answer],
  );
  assert.deepEqual((await history(server, visitor)).map(({ uid }) => uid).slice(-2), [question, answer]);
});

test('what is said on another protocol arrives at /user/queue/messages, and nobody else’s does', async (t) => {
  const { visitor, visitorSide } = await bothOnline(t);
  const other = await newConversation(server, 'Other');
  await sendByHttpAsAgent(server, agent, textFrom(agent, other.thread, 'for the other'));
  const answer = textFrom(agent, visitor.thread, 'for you');
  await sendByHttpAsAgent(server, agent, answer);
  await visitorSide.message(answer.uid);
  assert.ok(!visitorSide.received.some(({ content }) => content === 'for the other'));
});

test('/app/send into another’s conversation is refused', async (t) => {
  const victim = await newConversation(server, 'Victim');
  for (const naming of Object.values(NAMINGS)) {
    const stranger = await StompPeer.withToken(server, await newConversation(server, 'Stranger'));
    t.after(() => stranger.disconnect());
    const body = JSON.stringify({ uid: newUid(), type: 'TEXT', content: 'intruder', ...naming(victim) });
    await assert.rejects(stranger.publish('/app/send', body));
    assert.match((await stranger.refusal()) ?? '', /\w{3,}/);
  }
  assert.ok(!JSON.stringify(await history(server, victim)).includes('intruder'));
});

test('convertAndSendToUser: a push reaches the user, on /user/queue/messages', async (t) => {
  const { visitor, visitorSide, agentSide } = await bothOnline(t);
  await push(server, visitor.uid, {
    destination: '/queue/messages',
    payload: { uid: 'pushed', content: 'for you alone' },
  });
  const message = await visitorSide.message('pushed');
  assert.deepEqual([message.content, message.destination], ['for you alone', '/user/queue/messages']);
  assert.ok(!agentSide.received.some(({ uid }) => uid === 'pushed'));
});

test('a wrong token in the URL gets no connection', async () => {
  const socket = new SockJS(`${server.url}/ws/chat?token=not.a.token`);
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  const opened = new Promise((resolve) => {
    socket.onopen = () => resolve('open');
  });
  assert.notEqual(await soon('the end', Promise.race([opened, closed])), 'open');
});

test('one SockJS object handed out again after its end harms nothing', async (t) => {
  const { visitor, visitorSide } = await bothOnline(t);
  // The documentation's factory returns the same object for ever, so that this client never comes back.
  let attempts = 0;
  const socket = new SockJS(`${server.url}/ws/chat?token=${visitor.accessToken}`);
  const unlucky = await stompClientOf(t, '/ws/chat', visitor.accessToken, {
    reconnectDelay: 10,
    factory: () => {
      attempts += 1;
      return socket;
    },
  });
  unlucky.stompClient.forceDisconnect();
  await until('the factory is asked again', () => attempts > 1);
  await unlucky.stompClient.deactivate({ force: true });
  // The user's other connection and the server are well.
  const bystander = await StompPeer.withToken(server, visitor);
  t.after(() => bystander.disconnect());
  const uid = newUid();
  await bystander.publish(
    '/app/send',
    JSON.stringify({ uid, type: 'TEXT', content: 'all well', topic: visitor.topic }),
  );
  await visitorSide.message(uid);
  assert.deepEqual(visitorSide.errors, []);
});
