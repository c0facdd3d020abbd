// What the desk says by itself, in the language that a visitor's client tells: over STOMP, in sessions and over HTTP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, ORG, requestThread, sendByHttpAsAgent, textFrom } from './conversations.js';
import { newTeam, post, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';

const server = await serverForThisFile({ env: WITH_ADMIN });

/** Chinese characters and the punctuation that goes with them. */
const CHINESE = /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/;

/** Each text in Chinese, as clients see it that tell no language, and in English. */
const TEXTS = {
  WELCOME: ['您好，请问有什么可以帮您？', 'Hello! How can we help you?'],
  QUEUE: ['客服正忙，请稍候……', 'Everybody is busy right now. Please wait a moment…'],
  CONTINUE: ['会话继续', 'The conversation goes on'],
  TRANSFER_TIMEOUT: ['转接超时', 'The transfer was not answered'],
  AGENT_CLOSED: ['会话已结束', 'The conversation has ended'],
  RATE_INVITE: ['请对本次服务进行评价', 'Please rate our service'],
  LEAVE_MSG: [
    '客服不在线，请留言，我们会尽快回复您。',
    'We are away right now. Leave us a message, and we will answer as soon as we can.',
  ],
};

/** What people read of a message. */
function textOf({ content }) {
  try {
    return JSON.parse(content).content ?? content;
  } catch {
    return content;
  }
}

/** What init tells, each in another way. */
const TELLING = {
  nothing: { query: {}, language: 0 },
  'zh-CN': { query: { lang: 'zh-CN' }, language: 0 },
  en: { query: { lang: 'en' }, language: 1 },
};

for (const [told, { query, language }] of Object.entries(TELLING)) {
  test(`a visitor whose client tells ${told}`, async (t) => {
    const settings = { rateOnClose: true, transferTimeoutS: 1 };
    const { ann, bob, workgroup } = await newTeam(server, ['ann', 'bob'], { settings });
    const open = async (connecting) => {
      const peer = await connecting;
      t.after(() => peer.disconnect());
      return peer;
    };
    const introduced = async () => {
      const visitor = await call(server.url, '/visitor/api/v1/init', { body: { orgUid: ORG, ...query } });
      return { ...visitor, user: { uid: visitor.uid, nickname: visitor.nickname, avatar: '', type: 'VISITOR' } };
    };
    const asks = (visitor) => requestThread(server, visitor, { type: '1', sid: workgroup });
    const expected = (type) => TEXTS[type][language];
    await open(MqttPeer.asAgent(server, ann));
    const before = await asks(await introduced());
    assert.equal(textOf(before.opening), expected('WELCOME'));

    // The place in the queue comes over HTTP, what follows over STOMP.
    const visitor = await asks(await introduced());
    assert.deepEqual([visitor.opening.type, textOf(visitor.opening)], ['QUEUE', expected('QUEUE')]);
    assert.equal(visitor.nickname, `${['访客', 'Visitor '][language]}${visitor.uid.slice(0, 4)}`);
    const feed = await (await open(StompPeer.withToken(server, visitor))).follow(visitor.topic);
    const inSession = await open(StompPeer.withToken(server, visitor, { path: '/ws/chat', device: 'tablet' }));
    const session = await inSession.subscribe(`/topic/session/${visitor.thread.sessionNo}`);
    const hears = async (type) => {
      const { message } = await feed.item(type, (message) => message.type === type);
      assert.equal(textOf(message), expected(type));
    };
    await post(server, ann, '/api/v1/thread/close', { topic: before.topic });
    await hears('WELCOME');
    assert.equal(textOf((await asks(visitor)).opening), expected('CONTINUE'));
    await open(MqttPeer.asAgent(server, bob));
    await post(server, ann, '/api/v1/thread/transfer/create', { topic: visitor.topic, agentUid: bob.uid });
    await hears('TRANSFER_TIMEOUT');
    await sendByHttpAsAgent(server, ann, textFrom(ann, visitor.thread, 'hello'));
    await post(server, ann, '/api/v1/thread/close', { topic: visitor.topic });
    await hears('AGENT_CLOSED');
    await hears('RATE_INVITE');
    const { message } = await session.item('the end', ({ content }) => content?.includes?.(expected('AGENT_CLOSED')));
    assert.equal(message.type, 'SYSTEM');

    // Elsewhere nobody is there.
    const { workgroup: empty } = await newTeam(server, ['cid']);
    const late = await requestThread(server, visitor, { type: '1', sid: empty });
    assert.equal(textOf(late.opening), expected('LEAVE_MSG'));
    const logs = await Promise.all([before, visitor, late].map((one) => history(server, one)));
    assert.equal(CHINESE.test(JSON.stringify(logs)), language === 0);
  });
}

test('what an administrator has set is said to everybody', async () => {
  const { workgroup } = await newTeam(server, ['cid'], { settings: { leaveMessage: '明天见 / See you tomorrow' } });
  for (const { query } of Object.values(TELLING)) {
    const visitor = await call(server.url, '/visitor/api/v1/init', { query: { orgUid: ORG, ...query } });
    const { opening } = await requestThread(server, visitor, { type: '1', sid: workgroup });
    assert.equal(textOf(opening), '明天见 / See you tomorrow');
  }
});
