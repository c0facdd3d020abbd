// How long closed conversations are kept: administrators set it, and what is over goes with all that hangs on it. Whoever was
// there all the time goes on as if nothing had been deleted, and a kill in the middle changes nothing of it.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { history, messageFrom, newVisitor, requestThread, sendByHttp, textFrom } from './conversations.js';
import { get, logIn, newTeam, post, visitorAt, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { png } from './pictures.js';
import { pythonProgram } from './python.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const DAYS = 30;
const server = await serverForThisFile({
  // A commit per message, so that a kill finds a conversation half deleted.
  env: { ...WITH_ADMIN, DESKWIRE__RETENTION__EVERY_S: '1', DESKWIRE__RETENTION__BATCH: '1' },
});
const python = pythonProgram('age_closings.py');

let team;
before(async () => {
  team = await newTeam(server, ['ann'], { capacity: 20 });
});

const query = (days) => get(server, team.admin, '/api/v1/retention/query', days === undefined ? {} : { days });
const set = (days) => post(server, team.admin, '/api/v1/retention/update', { days });
const close = (visitor) => post(server, visitor, '/visitor/api/v1/thread/close', { topic: visitor.topic });

/** The server after these days. */
async function later(days) {
  await server.terminate();
  await python('age', join(server.data, 'deskwire.db'), String(days));
  await server.restart();
}

/** All files in the folder of uploads. */
async function blobs() {
  const found = await readdir(join(server.data, 'files'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile() && /^[0-9a-f]{32}/.test(entry.name)).map(({ name }) => name);
}

async function upload(visitor) {
  const form = new FormData();
  form.append('file', new Blob([png(640, 320)]), 'receipt.png');
  const headers = { authorization: `Bearer ${visitor.accessToken}` };
  const response = await fetch(`${server.url}/visitor/api/v1/upload/file`, { method: 'POST', body: form, headers });
  return (await response.json()).data;
}

test('administrators alone set it, within its bounds', async () => {
  assert.deepEqual(await query(), {
    days: null,
    leastDays: 1,
    mostDays: 36500,
    due: 0,
    dueHasMore: false,
    everyS: 1,
  });
  for (const days of [0, 36501]) {
    await assert.rejects(set(days), { error: 'unacceptable_settings', message: /1 to 36500 days/ });
    await assert.rejects(query(days), { error: 'unacceptable_settings' });
  }
  await assert.rejects(get(server, team.ann, '/api/v1/retention/query'), { error: 'not_allowed' });
  await assert.rejects(post(server, team.ann, '/api/v1/retention/update', { days: 1 }), { error: 'not_allowed' });
  assert.equal((await set(DAYS)).days, DAYS);
  assert.equal((await query()).days, DAYS);
  const [noted] = (await get(server, team.admin, '/api/v1/audit/query', { action: 'retention' })).content;
  assert.deepEqual([noted.action, noted.details, noted.outcome], ['retention.change', { days: DAYS }, 'done']);
});

test('what was closed long ago goes with all that hangs on it, and nothing else', async () => {
  const over = await visitorAt(server, team.workgroup, 'Over');
  const open = await visitorAt(server, team.workgroup, 'Open');
  const file = await upload(over);
  await sendByHttp(server, over, textFrom(over, over.thread, 'a secret word: xylophone'));
  await sendByHttp(server, open, textFrom(open, open.thread, 'we keep the xylophone'));
  await sendByHttp(server, over, messageFrom(over, over.thread, { type: 'IMAGE', content: file.fileUrl }));
  await close(over);
  const found = async () =>
    (await get(server, team.admin, '/api/v1/message/search', { q: 'xylophone' })).content.map(({ message }) => message.content);
  await until('both are found', async () => (await found()).length === 2);
  const image = (await history(server, over)).find(({ type }) => type === 'IMAGE').content;
  assert.equal((await fetch(image)).status, 200);
  assert.equal((await blobs()).length, 2, 'the picture and its small one');
  const report = () => get(server, team.admin, '/api/v1/report/service', { workgroup: team.workgroup });
  const counted = await report();

  await later(DAYS - 1);
  assert.deepEqual([(await query()).due, (await query(DAYS - 2)).due], [0, 1], 'it is told what would go');
  assert.notEqual((await history(server, over)).length, 0, 'not before its time');
  await later(2);
  await until('its bytes are gone', async () => (await blobs()).length === 0);
  assert.deepEqual(await history(server, over), []);
  assert.deepEqual(await found(), ['we keep the xylophone']);
  assert.equal((await fetch(image)).status, 404);
  assert.notEqual((await history(server, open)).length, 0);
  assert.deepEqual(await report(), counted, 'reports are sums, which stay');
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const kind of ['conversation', 'entry', 'file']) {
    assert.match(metrics, new RegExp(`deskwire_retention_deleted_total\\{kind="${kind}"\\} [1-9]`));
  }
});

test('a panel that stood open all the time goes on with the next position', async () => {
  const visitor = await visitorAt(server, team.workgroup, 'Patient');
  await sendByHttp(server, visitor, textFrom(visitor, visitor.thread, 'hello'));
  await close(visitor);
  const last = (await history(server, visitor)).at(-1).seq;
  await later(DAYS + 1);
  await until('it is deleted', async () => (await history(server, visitor)).length === 0);

  // One panel has seen everything, the other was away when the conversation ended.
  const feeds = [];
  for (const after of [last, 1]) {
    const peer = await StompPeer.withToken(server, visitor, { device: `after-${after}` });
    feeds.push(await peer.follow(visitor.topic, { headers: { 'after-seq': String(after) } }));
  }
  const again = await requestThread(server, visitor, { type: '1', sid: team.workgroup });
  assert.equal(again.topic, visitor.topic);
  const said = textFrom(again, again.thread, 'I am back');
  await sendByHttp(server, again, said);
  const kept = (await history(server, again)).map(({ seq }) => seq);
  assert.deepEqual(
    kept,
    kept.map((_, index) => last + 1 + index),
    'no position is used twice',
  );
  for (const feed of feeds) {
    await feed.message(said.uid);
    assert.deepEqual(feed.seqs, kept);
  }
  await close(again);
});

test('a kill in the middle leaves a whole beginning to go on from', async () => {
  const visitor = await visitorAt(server, team.workgroup, 'Talker');
  for (let number = 0; number < 200; number += 1) {
    await sendByHttp(server, visitor, textFrom(visitor, visitor.thread, `number ${number}`));
  }
  await close(visitor);
  const whole = await history(server, visitor);
  await later(DAYS + 1);
  let rest = await until('it is being deleted', async () => {
    const seen = await history(server, visitor);
    return seen.length < whole.length && seen;
  });
  await server.kill();
  assert.deepEqual(rest, whole.slice(whole.length - rest.length), 'the oldest go first');
  await server.restart();
  rest = await until('it is deleted', async () => (await history(server, visitor)).length === 0);
  assert.ok(rest);
  const again = await requestThread(server, visitor, { type: '1', sid: team.workgroup });
  assert.equal((await history(server, again))[0].seq, whole.length + 1);
});

test('for ever again means that nothing goes', async () => {
  const visitor = await requestThread(server, await newVisitor(server, 'Kept'), { type: '1', sid: team.workgroup });
  await close(visitor);
  assert.equal((await set(null)).days, null);
  await later(10 * 365);
  team.admin = await logIn(server, 'admin');
  const deleted = async () => (await (await fetch(`${server.url}/metrics`)).text()).includes('deskwire_retention_deleted_total');
  assert.equal(await deleted(), false);
  assert.equal((await query(DAYS)).due, 1);
  assert.notEqual((await history(server, visitor)).length, 0);
});
