import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage, dotted, encodeMessage, newMessage, newUid, wantsReceipt } from './protocol.js';

const field = (number, text) => [(number << 3) | 2, text.length, ...Buffer.from(text)];

test('the encoding has the field numbers of the wire format', () => {
  const user = [...field(1, 'v1'), ...field(2, 'Ann')];
  const thread = [...field(1, 't1'), ...field(2, 'org/agent/a/v1'), ...field(3, 'AGENT'), ...field(4, 'CHATTING')];
  const expected = [
    ...field(1, 'm1'),
    ...field(2, 'TEXT'),
    ...field(3, 'hi'),
    0x3a, thread.length, ...thread,
    0x42, user.length, ...user,
  ];
  const bytes = encodeMessage({
    uid: 'm1',
    type: 'TEXT',
    content: 'hi',
    thread: { uid: 't1', topic: 'org/agent/a/v1', type: 'AGENT', status: 'CHATTING' },
    user: { uid: 'v1', nickname: 'Ann' },
  });
  assert.deepEqual([...bytes], expected);
});

test('a message survives both ways, with seq and timestamp as numbers', () => {
  const message = newMessage({
    content: '你好 👋',
    thread: { uid: 't', topic: 'org/agent/a/v', type: 'AGENT', status: 'CHATTING', user: { uid: 'v' } },
    user: { uid: 'v', nickname: 'Ann', type: 'VISITOR' },
    orgUid: 'o',
  });
  const sent = { ...message, seq: 2 ** 40, timestamp: 1_760_000_000_123 };
  assert.deepEqual(decodeMessage(encodeMessage(sent)), sent);
});

test('null fields and unknown keys are left out', () => {
  const bytes = encodeMessage({ uid: 'm', content: null, surprise: { a: 1 }, thread: { uid: 't', user: null } });
  assert.deepEqual(decodeMessage(bytes), { uid: 'm', thread: { uid: 't' } });
});

test('bytes that are no message are refused', () => {
  assert.throws(() => decodeMessage(Buffer.from([0x0a, 0x05, 0x61])));
});

test('names', () => {
  assert.match(newUid(), /^[0-9a-f]{32}$/);
  assert.notEqual(newUid(), newUid());
  assert.equal(dotted('org/agent/a/v'), 'org.agent.a.v');
  assert.ok(wantsReceipt('TEXT') && !wantsReceipt('WELCOME'));
});
