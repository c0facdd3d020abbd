// No one in where they don't belong, and nobody speaks in another's name.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call, Refused } from 'deskwire-examples/rest.js';
import {
  AGENT,
  history,
  logInAgent,
  newConversation,
  newVisitor,
  ORG,
  sendByHttp,
  textFrom,
} from './conversations.js';
import { AGENT_PASSWORD, serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';

/** More wrong passwords than any sensible server lets pass. */
const MANY_TRIES = 30;

const server = await serverForThisFile({ env: { DESKWIRE_SERVICE_ACCOUNT: 'robot:robot-secret' } });
let agent;
let victim;

before(async () => {
  const identity = await logInAgent(server);
  agent = Object.assign(await MqttPeer.asAgent(server, identity), identity);
  victim = await newConversation(server, 'Victim');
});

const dots = (topic) => topic.replaceAll('/', '.');

/** A visitor who has a conversation of its own, connected. */
async function stranger(t) {
  const visitor = await newConversation(server, 'Stranger');
  const peer = await StompPeer.asVisitor(server, visitor);
  t.after(() => peer.disconnect());
  return { visitor, peer };
}

/** Asserts that the last action was answered by an ERROR with a readable reason and the end of the connection. */
async function assertRefused(peer, action) {
  await assert.rejects(action);
  const reason = await peer.refusal();
  assert.match(reason ?? '', /\w{3,}/, 'the ERROR says why');
}

const foreign = {
  "another visitor's conversation": () => `/topic/${dots(victim.topic)}`,
  "another visitor's conversation with slashes": () => `/topic/${victim.topic}`,
  'all conversations of the agent': () => `/topic/org.agent.${AGENT}.*`,
  'all conversations by a multi-level wildcard': () => '/topic/#',
  'all conversations by an ant pattern': () => '/topic/**',
  'the internal side channel of its own conversation': (visitor) => `/topic/${dots(visitor.topic)}_internal`,
};
for (const [title, destination] of Object.entries(foreign)) {
  test(`a visitor can't subscribe to ${title}`, async (t) => {
    const { visitor, peer } = await stranger(t);
    await assertRefused(peer, peer.subscribe(destination(visitor)));
  });
}

test("a visitor can't send into another visitor's conversation", async (t) => {
  const { visitor, peer } = await stranger(t);
  await assertRefused(peer, peer.send(victim.topic, textFrom(visitor, victim.thread, 'intruder')));
  assert.ok(!JSON.stringify(await history(server, victim)).includes('intruder'));
});

test("the payload's topic doesn't lead around the destination", async (t) => {
  const { visitor, peer } = await stranger(t);
  const sent = textFrom(visitor, victim.thread, 'sidestep');
  await peer.send(visitor.topic, sent).catch((refused) => refused);
  assert.ok(!JSON.stringify(await history(server, victim)).includes('sidestep'));
});

test("the HTTP fallback doesn't let a visitor into another conversation", async () => {
  const visitor = await newConversation(server, 'Stranger');
  await assert.rejects(sendByHttp(server, visitor, textFrom(visitor, victim.thread, 'by the back door')), Refused);
  assert.ok(!JSON.stringify(await history(server, victim)).includes('by the back door'));
});

test("the HTTP fallback doesn't let a visitor speak as another", async () => {
  const visitor = await newConversation(server, 'Stranger');
  const forged = textFrom(victim, victim.thread, 'borrowed name');
  await assert.rejects(sendByHttp(server, visitor, forged), Refused);
  assert.ok(!JSON.stringify(await history(server, victim)).includes('borrowed name'));
});

test("a visitor can't read another visitor's history", async () => {
  const visitor = await newConversation(server, 'Stranger');
  await assert.rejects(history(server, { ...visitor, topic: victim.topic }), Refused);
});

test("a visitor can't send to a topic directly, around the rules of a conversation", async (t) => {
  const { visitor, peer } = await stranger(t);
  const sent = textFrom(visitor, victim.thread, 'straight through');
  await assertRefused(peer, peer.publish(`/topic/${dots(victim.topic)}`, JSON.stringify(sent)));
});

test('nobody without a name gets in', async () => {
  const attempt = async () => {
    const peer = await StompPeer.connect(server, { headers: { login: '' } });
    await peer.follow(victim.topic);
  };
  await assert.rejects(attempt);
});

const badLogins = {
  'a wrong token': { Authorization: 'Bearer not.a.token' },
  'a token with a broken signature': () => ({ Authorization: `Bearer ${agent.accessToken.slice(0, -6)}AAAAAA` }),
  'a service account with a wrong secret': { login: 'robot', passcode: 'guess' },
  'a service account without a secret': { login: 'robot' },
  'the agent without a token': { login: AGENT },
};
for (const [title, headers] of Object.entries(badLogins)) {
  test(`${title} is refused`, async () => {
    const attempt = async () => {
      const peer = await StompPeer.connect(server, { headers: typeof headers === 'function' ? headers() : headers });
      await peer.follow(victim.topic);
    };
    await assert.rejects(attempt, /\w{3,}/);
  });
}

test("a visitor's forged sender is replaced by the true one", async (t) => {
  const { visitor, peer } = await stranger(t);
  const feed = await peer.follow(visitor.topic);
  const forged = { ...textFrom(visitor, visitor.thread, 'I am the agent'), user: agent.user };
  await peer.send(visitor.topic, forged);
  for (const message of [await feed.message(forged.uid), await agent.message(forged.uid)]) {
    assert.equal(message.user.uid, visitor.uid);
    assert.equal(message.user.type, 'VISITOR');
  }
});

test("an agent's forged sender is replaced by the true one", async (t) => {
  const { visitor, peer } = await stranger(t);
  const feed = await peer.follow(visitor.topic);
  const forged = { ...textFrom(agent, visitor.thread, 'I am the visitor'), user: visitor.user };
  await agent.send(forged);
  assert.equal((await feed.message(forged.uid)).user.uid, agent.uid);
});

test("an agent's message to a conversation that isn't there comes to nothing", async (t) => {
  const { visitor, peer } = await stranger(t);
  const feed = await peer.follow(visitor.topic);
  const desk = await MqttPeer.asAgent(server, agent, { device: 'lost' });
  t.after(() => desk.client.end(true));
  const topic = `org/agent/someone_else/${visitor.uid}`;
  const lost = textFrom(agent, { ...visitor.thread, topic }, 'lost');
  await desk.send(lost, { qos: 0 });
  const proper = textFrom(agent, visitor.thread, 'proper');
  await agent.send(proper);
  await feed.message(proper.uid);
  assert.ok(!feed.messages.some(({ uid }) => uid === lost.uid));
});

test("an agent can't listen to everything", async (t) => {
  const desk = await MqttPeer.asAgent(server, agent, { device: 'nosy' });
  t.after(() => desk.client.end(true));
  for (const filter of ['#', 'org/#', 'org/agent/+/+']) {
    await assert.rejects(
      Promise.race([desk.client.subscribeAsync(filter, { qos: 1 }), desk.closed.then(() => Promise.reject(new Error('closed')))]),
      `SUBSCRIBE ${filter}`,
    );
  }
});

test('agent endpoints want an agent', async () => {
  const visitor = await newVisitor(server);
  const isRefused = (error) => error instanceof Refused && (error.status === 401 || error.status === 403 || error.code < 0);
  for (const token of [undefined, 'not.a.token', visitor.accessToken]) {
    await assert.rejects(call(server.url, '/api/v1/user/profile', { token }), isRefused);
    await assert.rejects(
      call(server.url, '/api/v1/message/thread/topic', { token, query: { topic: victim.topic } }),
      isRefused,
    );
  }
});

test('the agent may', async () => {
  const profile = await call(server.url, '/api/v1/user/profile', { token: agent.accessToken });
  assert.equal(profile.uid, agent.uid);
  const page = await call(server.url, '/api/v1/message/thread/topic', {
    token: agent.accessToken,
    query: { topic: victim.topic, pageNumber: 0, pageSize: 20 },
  });
  assert.ok(Array.isArray(page.content));
  const threads = await call(server.url, '/api/v1/thread/query', { token: agent.accessToken });
  assert.ok(JSON.stringify(threads).includes(victim.topic));
});

test('a visitor of an organisation that is not here gets nowhere', async () => {
  const init = (orgUid) => call(server.url, '/visitor/api/v1/init', { body: { orgUid, nickname: 'Ann' } });
  const thread = (visitor, body) =>
    call(server.url, '/visitor/api/v1/thread', {
      token: visitor.accessToken,
      body: { uid: visitor.uid, type: '0', orgUid: ORG, sid: AGENT, ...body },
    });
  await assert.rejects(init('other_org').then((visitor) => thread(visitor, { orgUid: 'other_org' })), Refused);
  await assert.rejects(newVisitor(server).then((visitor) => thread(visitor, { sid: 'no_such_agent' })), Refused);
});

test('wrong passwords are refused, and many of them lock the account', async () => {
  const logIn = async (password) => {
    const response = await fetch(`${server.url}/auth/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'agent', password }),
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), ...(await response.json()) };
  };
  const answers = [];
  do {
    answers.push(await logIn('wrong'));
  } while (answers.at(-1).status === 401 && answers.length < MANY_TRIES);
  assert.deepEqual([answers[0].status, answers[0].code, answers[0].data], [401, -1, false]);

  const [wrong, right] = [answers.at(-1), await logIn(AGENT_PASSWORD)];
  for (const locked of [wrong, right]) {
    assert.equal(locked.status, 429, 'nor does the right password open it');
    assert.match(locked.message, /lock|too many/i);
    assert.ok(Number(locked.retryAfter) > 0, 'it says when to come back');
  }
  await assert.doesNotReject(call(server.url, '/api/v1/user/profile', { token: agent.accessToken }));
});
