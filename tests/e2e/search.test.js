// Searching, reading back and saving what was said, over HTTP.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { logInAgent, messageFrom, newConversation, newVisitor, requestThread, sendByHttp, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { until } from './waiting.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({
  env: { DESKWIRE_ADMIN_PASSWORD: PASSWORD, DESKWIRE__SEARCH__DELAY_MS: '0' },
});

let agent;
let admin;

before(async () => {
  agent = await logInAgent(server);
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username: 'admin', password: PASSWORD } });
  admin = { uid: user.uid, accessToken };
});

const get = (person, path, query) => call(server.url, path, { token: person.accessToken, query });
const search = (person, query) => get(person, '/api/v1/message/search', query);
const searchAsVisitor = (visitor, query) => get(visitor, '/visitor/api/v1/message/search', query);
const contents = (page) => page.content.map((hit) => hit.message.content);
const say = (visitor, content) => sendByHttp(server, visitor, textFrom(visitor, visitor.thread, content));

/** What `person` finds once the index has come so far that it finds `count` messages. */
async function found(person, query, count, find = search) {
  return until(`${count} messages found by ${JSON.stringify(query)}`, async () => {
    const page = await find(person, query);
    return page.content.length === count && page;
  });
}

test('Chinese is found by any two characters that stand together, words by their beginning', async () => {
  const visitor = await newConversation(server, '小明');
  for (const text of ['我要退款,订单号 ORDER-20260101', '退换货地址在哪里', 'Thanks, Deskwire!']) await say(visitor, text);
  const thread = { threadUid: visitor.thread.uid };
  await found(agent, { q: 'thanks', ...thread }, 1);
  for (const [q, expected] of [
    ['退款', 1],
    ['要退', 1],
    ['退', 2],
    ['货地址', 1],
    ['地退', 0],
    ['order-2026', 1],
    ['ＯＲＤＥＲ', 1],
    ['rder', 0],
    ['desk', 1],
    ['退款 order', 1],
    ['退款 thanks', 0],
    ['', 3],
  ]) {
    assert.equal((await search(agent, { q, ...thread })).content.length, expected, q);
  }
  const { content } = await search(agent, { q: '订单', ...thread });
  assert.equal(content[0].snippet, '我要退款,订单号 ORDER-20260101');
  assert.deepEqual(content[0].positions, [[5, 2]]);
  assert.equal(content[0].message.thread.uid, visitor.thread.uid);
  assert.ok(content[0].message.seq > 0);
});

test('a search needs something to look for, and takes known parameters only in their form', async () => {
  for (const [query, message] of [
    [{ q: ',。' }, /letter or a digit/],
    [{ q: '好'.repeat(201) }, /200 characters/],
    [{ cursor: 'nonsense' }, /cursor/],
    [{ order: 'oldest' }, /newest or best/],
    [{ since: 'yesterday' }, /since/],
    [{ threadUid: 'nobody' }, /not yours/],
  ]) {
    await assert.rejects(search(agent, query), message);
  }
});

test('people find what was said to them, and nobody else does', async () => {
  const [ann, bob] = [await newConversation(server, 'Ann'), await newConversation(server, 'Bob')];
  await say(ann, '机密甲 安');
  await say(bob, '机密甲 鲍');
  await found(agent, { q: '机密甲' }, 2);
  assert.deepEqual(contents(await found(ann, { q: '机密甲' }, 1, searchAsVisitor)), ['机密甲 安']);
  assert.deepEqual(contents(await searchAsVisitor(bob, { q: '机密甲' })), ['机密甲 鲍']);
  await assert.rejects(searchAsVisitor(ann, { q: '机密甲', threadUid: bob.thread.uid }), /not yours/);
  assert.deepEqual(contents(await searchAsVisitor(ann, { q: '机密甲', visitorUid: bob.uid })), []);

  const uid = 'searching-colleague';
  const body = { uid, username: uid, nickname: 'C', password: PASSWORD, role: 'AGENT', capacity: 1 };
  await call(server.url, '/api/v1/agent/create', { token: admin.accessToken, body });
  const colleague = await call(server.url, '/auth/v1/login', { body: { username: uid, password: PASSWORD } });
  assert.deepEqual(contents(await search(colleague, { q: '机密甲' })), [], 'a colleague who takes no part');
  await assert.rejects(search(colleague, { q: '机密甲', threadUid: ann.thread.uid }), /not yours/);
  assert.equal((await search(admin, { q: '机密甲' })).content.length, 2, 'supervisors see all of their organisation');
  assert.deepEqual(contents(await search(admin, { q: '机密甲', visitorUid: ann.uid })), ['机密甲 安']);
  assert.deepEqual(contents(await search(admin, { q: '机密甲', agentUid: uid })), []);
  await assert.rejects(searchAsVisitor({ accessToken: agent.accessToken }, { q: '机密甲' }), /only visitors/);
  await assert.rejects(search(ann, { q: '机密甲' }), /only agents/);
});

test('notes are found at the desk and not by the visitor', async () => {
  const visitor = await newConversation(server, 'Ann');
  await say(visitor, '备注测试 公开');
  const body = { topic: visitor.topic, content: '备注测试 内部' };
  await call(server.url, '/api/v1/thread/whisper', { token: admin.accessToken, body });
  await found(admin, { q: '备注测试' }, 2);
  assert.deepEqual(contents(await searchAsVisitor(visitor, { q: '备注测试' })), ['备注测试 公开']);
});

test('a search is narrowed by type and time, and file names are found', async () => {
  const visitor = await newConversation(server, 'Ann');
  await say(visitor, '合同初稿');
  const content = JSON.stringify({ name: '合同终稿.pdf', url: 'https://example.org/不找.pdf', size: '1' });
  await sendByHttp(server, visitor, messageFrom(visitor, visitor.thread, { type: 'FILE', content }));
  const thread = { threadUid: visitor.thread.uid };
  await found(agent, { q: '合同', ...thread }, 2);
  const types = async (query) => (await search(agent, { ...thread, ...query })).content.map((hit) => hit.message.type);
  assert.deepEqual(await types({ q: '合同', type: 'file' }), ['FILE']);
  assert.deepEqual(await types({ q: '合同', type: 'TEXT,FILE' }), ['FILE', 'TEXT']);
  assert.deepEqual(await types({ q: '不找' }), []);
  const hour = 3_600_000;
  assert.deepEqual(await types({ q: '合同', since: Date.now() - hour, until: Date.now() + hour }), ['FILE', 'TEXT']);
  assert.deepEqual(await types({ q: '合同', until: Date.now() - hour }), []);
  assert.deepEqual(await types({ q: '合同', since: '2000-01-01 00:00:00', until: '2001-01-01' }), []);
});

test('what is recalled is not found', async () => {
  const visitor = await newConversation(server, 'Ann');
  const message = textFrom(visitor, visitor.thread, '撤回前的话');
  await sendByHttp(server, visitor, message);
  await found(agent, { q: '撤回前' }, 1);
  await sendByHttp(server, visitor, messageFrom(visitor, visitor.thread, { type: 'RECALL', content: message.uid }));
  assert.deepEqual(contents(await search(agent, { q: '撤回前' })), []);
});

test('pages follow each other while messages come in', async () => {
  const visitor = await newConversation(server, 'Ann');
  const texts = Array.from({ length: 23 }, (_, n) => `翻页 ${n}`);
  for (const text of texts) await say(visitor, text);
  await found(agent, { q: '翻页', pageSize: 100 }, texts.length);
  for (const order of ['newest', 'best']) {
    const seen = [];
    let cursor;
    do {
      const page = await search(agent, { q: '翻页', order, pageSize: 5, ...(cursor && { cursor }) });
      seen.push(...page.content.map((hit) => hit.message));
      cursor = page.next;
      assert.equal(page.last, !cursor);
      await say(visitor, `翻页时说 ${order}`);
    } while (cursor);
    const said = new Set(seen.map((message) => message.content));
    assert.deepEqual(texts.filter((text) => !said.has(text)), [], order);
    assert.equal(new Set(seen.map((message) => message.uid)).size, seen.length, `${order}: none twice`);
  }
});

test('a history is read before and behind a message', async () => {
  const visitor = await newConversation(server, 'Ann');
  for (let n = 1; n <= 6; n += 1) await say(visitor, `第 ${n}`);
  const path = '/visitor/api/v1/message/thread/topic';
  const page = (query) => get(visitor, path, { topic: visitor.topic, pageSize: 3, ...query });
  const newest = await page({});
  const seqs = ({ content }) => content.map((message) => message.seq);
  const [head] = seqs(newest);
  const older = await page({ before: seqs(newest).at(-1) });
  assert.deepEqual(seqs(older), [head - 3, head - 4, head - 5]);
  assert.equal(older.last, head - 5 === 1);
  const newer = await page({ after: head - 4 });
  assert.deepEqual(seqs(newer), [head - 3, head - 2, head - 1]);
  assert.equal(newer.last, false);
  assert.deepEqual(seqs(await page({ after: head })), []);
  await assert.rejects(page({ before: 1, after: 1 }), /exclude/);
  const uid = visitor.thread.uid;
  const byUid = await get(agent, '/api/v1/message/thread/uid', { threadUid: uid, pageSize: 3 });
  assert.deepEqual(seqs(byUid), seqs(newest));
  assert.deepEqual(seqs(await get(agent, '/api/v1/message/query/topic', { threadTopic: visitor.topic, pageSize: 3 })), seqs(newest));
  assert.deepEqual(seqs(await get(visitor, '/visitor/api/v1/message/thread/uid', { threadUid: uid, pageSize: 3 })), seqs(newest));
  const stranger = await newVisitor(server, 'Eve');
  await assert.rejects(get(stranger, '/visitor/api/v1/message/thread/uid', { threadUid: uid }), /not yours/);
});

test('what is unread is listed, and cleared', async () => {
  const visitor = await newConversation(server, 'Ann');
  const send = (content) =>
    call(server.url, '/api/v1/message/rest/send', {
      token: agent.accessToken,
      body: { json: JSON.stringify(textFrom(agent, visitor.thread, content)) },
    });
  await send('一');
  await send('二');
  const unread = () => get(visitor, '/visitor/api/v1/message/unread', {});
  const page = await unread();
  assert.deepEqual(page.content.slice(0, 2).map((message) => message.content), ['二', '一']);
  assert.equal(page.totalElements, await get(visitor, '/visitor/api/v1/message/unread/count', {}));
  const path = '/visitor/api/v1/message/unread/clear';
  assert.equal(await call(server.url, path, { body: { uid: visitor.uid } }), 0, 'without a token, by uid');
  assert.deepEqual((await unread()).content, []);

  await say(visitor, '三');
  const own = await get(agent, '/api/v1/message/unread/query', {});
  assert.equal(own.content[0].content, '三');
  assert.equal(await get(agent, '/api/v1/message/unread/count', {}), own.totalElements);
  assert.equal((await get(agent, '/api/v1/message_unread/query', { userUid: agent.uid })).totalElements, own.totalElements);
  assert.equal(await call(server.url, '/api/v1/message/unread/clear', { token: agent.accessToken, body: {} }), 0);
});

test('a visitor sees its conversations, those that are over too', async () => {
  const visitor = await newConversation(server, 'Ann');
  await requestThread(server, visitor, { type: '1', sid: 'df_wg_uid' });
  await call(server.url, '/visitor/api/v1/thread/close', { token: visitor.accessToken, body: { topic: visitor.topic } });
  const page = await get(visitor, '/visitor/api/v1/threads', {});
  assert.equal(page.totalElements, 2);
  assert.deepEqual(page.content.map((thread) => thread.status).includes('CLOSED'), true);
  assert.equal((await get(visitor, '/visitor/api/v1/threads', { pageSize: 1, pageNumber: 1 })).content.length, 1);
});

test('a conversation is saved as JSON and as text', async () => {
  const visitor = await newConversation(server, '王小明');
  for (let n = 1; n <= 250; n += 1) await say(visitor, `第 ${n} 句`);
  const download = (person, query) =>
    fetch(`${server.url}/api/v1/thread/export?${new URLSearchParams({ uid: visitor.thread.uid, ...query })}`, {
      headers: { authorization: `Bearer ${person.accessToken}` },
    });
  const json = await download(agent, { format: 'json' });
  const name = encodeURIComponent('王小明');
  assert.equal(json.headers.get('content-disposition'), `attachment; filename*=UTF-8''${name}-${visitor.thread.sessionNo}.json`);
  const { thread, messages } = await json.json();
  assert.equal(thread.uid, visitor.thread.uid);
  assert.deepEqual(messages.map((message) => message.seq), messages.map((_, index) => index + 1));
  const texts = messages.map((message) => message.content).filter((content) => content.endsWith('句'));
  assert.deepEqual(texts, Array.from({ length: 250 }, (_, n) => `第 ${n + 1} 句`));

  const text = await (await download(agent, { format: 'text' })).text();
  assert.match(text, new RegExp(`^# ${visitor.thread.sessionNo} 王小明\n`));
  assert.match(text, /\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] 王小明: 第 250 句\n$/);

  assert.equal((await download(visitor, {})).status, 403);
  assert.match(await (await download(agent, { format: 'pdf' })).text(), /unknown variant/);
  assert.match(await (await download(agent, { uid: 'nothing' })).text(), /not yours/);
});
