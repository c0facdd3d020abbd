import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox, Seen } from './outbox.js';
import { Refused } from './rest.js';

test('messages are confirmed in order, the failed one again with the same uid', async () => {
  const tries = [];
  let failures = 2;
  const outbox = new Outbox(async ({ uid }) => {
    tries.push(uid);
    if (uid === 'b' && failures-- > 0) {
      setImmediate(() => outbox.retryNow());
      throw new Error('connection lost');
    }
    return uid;
  });
  const confirmed = await Promise.all(['a', 'b', 'c'].map((uid) => outbox.add({ uid })));
  assert.deepEqual(confirmed, ['a', 'b', 'c']);
  assert.deepEqual(tries, ['a', 'b', 'b', 'b', 'c']);
});

test('a refused message is given up and the next one goes on', async () => {
  const outbox = new Outbox(async ({ uid }) => {
    if (uid === 'bad') {
      throw new Refused('/send', 200, { code: 500, message: 'blocked' });
    }
  });
  const bad = outbox.add({ uid: 'bad' });
  const good = outbox.add({ uid: 'good' });
  await assert.rejects(bad, /blocked/);
  await good;
  assert.equal(outbox.size, 0);
});

test('a uid is new once, and forgotten when the memory is full', () => {
  const seen = new Seen(2);
  assert.deepEqual(['a', 'a', 'b', 'c', 'b', 'a'].map((uid) => seen.isNew(uid)), [true, false, true, true, false, true]);
});
