// The visitor of the visitor documentation: its client code, unchanged but for the server's address, against the server.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Client } from '@stomp/stompjs';
import { newUid } from 'deskwire-examples/protocol.js';
import { history, logInAgent, newConversation, sendByHttp, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import './stomp-peer.js';
import { soon, until } from './waiting.js';

const CREATED_AT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** The documentation's StompManager. The order of its calls and the pause before SUBSCRIBE are part of what is tested. */
class StompManager {
  subscribedTopics = [];
  received = [];
  sentUIDs = new Set();

  constructor(server, visitor, { pause = 500 } = {}) {
    Object.assign(this, { server, visitor, pause });
  }

  connect(username, topic, orgUid) {
    this.subscribedTopics = [];
    this.stompClient = new Client({
      brokerURL: this.server.ws('/stomp'),
      connectHeaders: { login: username || '' },
      heartbeatIncoming: 10 * 1000,
      heartbeatOutgoing: 10 * 1000,
    });
    const subscribed = new Promise((resolve) => {
      this.stompClient.onConnect = () => {
        const subscribe = () => {
          this.subscribe(topic, orgUid);
          resolve();
        };
        this.pause === 0 ? subscribe() : setTimeout(subscribe, this.pause);
      };
    });
    this.stompClient.onDisconnect = () => {
      this.subscribedTopics = [];
    };
    this.stompClient.onWebSocketClose = () => {
      this.closed = true;
      this.subscribedTopics = [];
    };
    this.stompClient.onStompError = (frame) => {
      this.error = frame.headers['message'];
      this.subscribedTopics = [];
    };
    this.stompClient.activate();
    return soon('the visitor has subscribed', subscribed);
  }

  subscribe(topic, orgUid) {
    this.transformedTopic = topic.replace(/\//g, '.');
    if (!this.stompClient.connected || this.subscribedTopics.includes(this.transformedTopic)) {
      return;
    }
    this.subscribedTopics.push(this.transformedTopic);
    this.stompClient.subscribe(
      '/topic/' + this.transformedTopic,
      (message) => {
        if (message.body) {
          this.handleReceivedMessage(JSON.parse(message.body), orgUid);
        }
        message.ack();
      },
      { ack: 'client' },
    );
  }

  stompIsConnected() {
    return this.stompClient != null && this.stompClient.connected;
  }

  sendMessage(message) {
    if (!this.stompIsConnected()) {
      return sendByHttp(this.server, this.visitor, JSON.parse(message));
    }
    this.stompClient.publish({ destination: '/app/' + this.transformedTopic, body: message });
  }

  handleReceivedMessage(messageObject, orgUid) {
    this.received.push(messageObject);
    const own = messageObject.user?.uid === this.visitor.uid;
    if (!own && ['TEXT', 'IMAGE', 'FILE', 'AUDIO', 'VIDEO'].includes(messageObject.type)) {
      this.sendReceiptMessage(orgUid, messageObject);
    }
  }

  sendReceiptMessage(orgUid, message) {
    if (this.sentUIDs.has(message.uid)) {
      return;
    }
    this.sentUIDs.add(message.uid);
    this.sendMessage(
      JSON.stringify({
        uid: newUid(),
        type: 'READ',
        status: 'SENDING',
        content: message.uid,
        thread: message.thread,
        extra: JSON.stringify({ orgUid }),
        channel: 'HTTP',
        user: { uid: this.visitor.uid },
      }),
    );
  }

  stompUnsubscribe(topic) {
    this.stompClient.unsubscribe(topic);
    this.subscribedTopics = this.subscribedTopics.filter((item) => item !== topic);
  }

  disconnect() {
    const closed = soon('the connection is closed', this.stompClient.deactivate());
    this.subscribedTopics = [];
    return closed;
  }

  /** Not in the documentation: waits for a message to arrive. */
  message(uid) {
    return until(`message ${uid}`, () => this.received.find((message) => message.uid === uid));
  }
}

const server = await serverForThisFile();
let agent;

before(async () => {
  const identity = await logInAgent(server);
  agent = Object.assign(await MqttPeer.asAgent(server, identity), identity);
});

/** A new visitor that has connected and subscribed as documented. */
async function visitorOnline(t, options) {
  const visitor = await newConversation(server);
  const manager = new StompManager(server, visitor, options);
  t.after(() => manager.stompClient?.deactivate({ force: true }));
  await manager.connect(visitor.uid, visitor.topic, visitor.orgUid);
  return { visitor, manager };
}

/** A message as the documentation writes it. */
const documented = (visitor, fields) =>
  JSON.stringify({
    uid: newUid(),
    status: 'SENDING',
    createdAt: new Date().toISOString(),
    channel: 'HTTP',
    extra: JSON.stringify({ orgUid: 'df_org_uid' }),
    thread: visitor.thread,
    user: visitor.user,
    ...fields,
  });

for (const pause of [500, 0]) {
  test(`the echo is the acknowledgement, subscribed ${pause} ms after CONNECTED`, async (t) => {
    const { visitor, manager } = await visitorOnline(t, { pause });
    const sent = documented(visitor, { type: 'TEXT', content: '你好 Hello 👋' });
    manager.sendMessage(sent);

    const { uid } = JSON.parse(sent);
    const echo = await manager.message(uid);
    assert.equal(echo.status, 'SUCCESS');
    assert.equal(echo.content, '你好 Hello 👋');
    assert.equal(echo.user.uid, visitor.uid);
    assert.equal(echo.thread.topic, visitor.topic);
    assert.match(echo.createdAt, CREATED_AT);
    assert.ok(Number.isInteger(echo.timestamp), 'timestamp is a number of milliseconds');

    const atAgent = await agent.message(uid);
    assert.equal(atAgent.content, '你好 Hello 👋');
    assert.equal(atAgent.user.uid, visitor.uid);
  });
}

test("the documentation's shortest message, without thread and user, is completed by the server", async (t) => {
  const { visitor, manager } = await visitorOnline(t, { pause: 0 });
  const uid = newUid();
  const createdAt = new Date().toISOString();
  manager.sendMessage(JSON.stringify({ uid, type: 'TEXT', content: 'Hello World!', status: 'SENDING', createdAt }));
  const echo = await manager.message(uid);
  assert.equal(echo.user.uid, visitor.uid);
  assert.equal(echo.thread.topic, visitor.topic);
  await agent.message(uid);
});

test('the READ receipt for an answer reaches the agent', async (t) => {
  const { visitor, manager } = await visitorOnline(t);
  const answer = textFrom(agent, visitor.thread, 'How can I help?');
  await agent.send(answer);
  assert.equal((await manager.message(answer.uid)).content, 'How can I help?');
  const read = await agent.item('the READ', ({ type, content }) => type === 'READ' && content === answer.uid);
  assert.equal(read.topic, visitor.topic);
  assert.equal(read.message.user.uid, visitor.uid);
});

test('UNSUBSCRIBE with the name of the topic does not end the connection', async (t) => {
  const { visitor, manager } = await visitorOnline(t);
  manager.stompUnsubscribe(manager.transformedTopic);
  const sent = documented(visitor, { type: 'TEXT', content: 'still here' });
  manager.sendMessage(sent);
  assert.equal((await agent.message(JSON.parse(sent).uid)).content, 'still here');
  assert.equal(manager.stompIsConnected(), true);
  assert.equal(manager.error, undefined);
});

test('what is sent over HTTP while offline and again over STOMP comes once', async (t) => {
  const { visitor, manager } = await visitorOnline(t);
  await manager.disconnect();
  const sent = documented(visitor, { type: 'TEXT', content: 'by which way?' });
  const { uid } = JSON.parse(sent);
  await manager.sendMessage(sent);
  await agent.message(uid);

  await manager.connect(visitor.uid, visitor.topic, visitor.orgUid);
  manager.sendMessage(sent);
  const last = documented(visitor, { type: 'TEXT', content: 'the last one' });
  manager.sendMessage(last);

  // One order for everyone: whoever has the last message has all that came before it.
  const lastUid = JSON.parse(last).uid;
  await manager.message(lastUid);
  await agent.message(lastUid);
  const seqs = manager.received.filter((message) => message.uid === uid).map(({ seq }) => seq);
  assert.equal(new Set(seqs).size, 1, `the visitor knows it under one seq, not ${seqs}`);
  assert.equal(agent.in(visitor.topic).filter(({ message }) => message.uid === uid).length, 1);
  assert.equal((await history(server, visitor)).filter((row) => row.uid === uid).length, 1);
});

test('what the agent says while the visitor is away is there when it comes back', async (t) => {
  const { visitor, manager } = await visitorOnline(t);
  await manager.disconnect();
  const missed = ['one', 'two', 'three'].map((content) => textFrom(agent, visitor.thread, content));
  for (const message of missed) {
    await agent.send(message);
  }
  await manager.connect(visitor.uid, visitor.topic, visitor.orgUid);
  await manager.message(missed[2].uid);
  const uids = missed.map(({ uid }) => uid);
  assert.deepEqual(manager.received.map(({ uid }) => uid).filter((uid) => uids.includes(uid)), uids);
});

test('recall, rating and left messages come back to their sender with their type', async (t) => {
  const { visitor, manager } = await visitorOnline(t);
  const text = documented(visitor, { type: 'TEXT', content: 'oops' });
  const target = JSON.parse(text).uid;
  manager.sendMessage(text);
  await manager.message(target);
  // Who rates without being asked has said three things.
  for (const content of ['two', 'three']) {
    const more = documented(visitor, { type: 'TEXT', content });
    manager.sendMessage(more);
    await manager.message(JSON.parse(more).uid);
  }
  const extra = (fields) => JSON.stringify({ ...fields, orgUid: 'df_org_uid' });
  const submissions = [
    { type: 'RECALL', content: target },
    { type: 'RATE_SUBMIT', content: target, extra: extra({ score: 5, resolved: true, content: 'good' }) },
    { type: 'LEAVE_MSG_SUBMIT', content: target, extra: extra({ uid: target, contact: '1', content: 'call me' }) },
  ];
  for (const fields of submissions) {
    const sent = documented(visitor, fields);
    manager.sendMessage(sent);
    assert.equal((await manager.message(JSON.parse(sent).uid)).type, fields.type);
  }
});

test('deactivate() ends cleanly', async (t) => {
  const { manager } = await visitorOnline(t);
  await manager.disconnect();
  assert.equal(manager.closed, true);
  assert.equal(manager.error, undefined);
});
