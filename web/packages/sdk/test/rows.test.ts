import { describe, expect, it } from 'vitest';
import { Rows } from '../src/desk/rows.js';
import type { WireMessage } from '../src/wire/message.js';

const TOPIC = 'org/workgroup/g/v';
const visitor = { uid: 'v', nickname: 'Vera', avatar: '', type: 'VISITOR' };
const agent = { uid: 'me', nickname: 'Ann', avatar: '', type: 'AGENT' };

/** Rows of an agent, and what they have asked for. */
function inbox() {
  const asked: string[] = [];
  const rows = new Rows({
    clock: { now: () => 0, after: () => () => undefined },
    me: () => 'me',
    changed: () => undefined,
    ask: (topic) => asked.push(topic),
  });
  return { rows, asked, row: () => rows.sorted[0] };
}

const listed = (seq: number, waitingSince: number | null, more: object = {}) => ({
  topic: TOPIC,
  status: 'CHATTING',
  user: visitor,
  content: `text ${seq}`,
  lastMessage: { uid: `m${seq}`, type: 'TEXT', seq, timestamp: seq * 1000, user: visitor },
  waitingSince,
  unreadCount: 1,
  ...more,
});

const entry = (seq: number, user: object, type = 'TEXT', thread: object = {}) =>
  ({
    uid: `m${seq}`,
    type,
    content: `text ${seq}`,
    seq,
    timestamp: seq * 1000,
    user,
    thread: { topic: TOPIC, status: 'CHATTING', ...thread },
  }) as unknown as WireMessage;

describe('a row', () => {
  it('is what the list says, and counts what comes behind it once', () => {
    const { rows, row } = inbox();
    rows.listed([listed(5, 4000)]);
    expect(row()).toMatchObject({
      lastText: 'text 5',
      lastAt: 5000,
      unread: 1,
      waitingSince: 4000,
      lastMine: false,
    });
    rows.heard(entry(5, visitor));
    expect(row()?.unread).toBe(1);
    rows.heard(entry(6, visitor));
    rows.heard(entry(6, visitor));
    expect(row()).toMatchObject({ lastText: 'text 6', unread: 2, waitingSince: 4000 });
  });

  it('waits until an agent says something; what is told is no answer', () => {
    const { rows, row } = inbox();
    rows.listed([listed(1, null)]);
    rows.heard(entry(2, visitor));
    expect(row()?.waitingSince).toBe(2000);
    rows.heard(entry(3, agent, 'WELCOME'));
    expect(row()?.waitingSince).toBe(2000);
    rows.heard(entry(4, agent));
    expect(row()).toMatchObject({ waitingSince: null, lastMine: true });
  });

  it('does not go back to a list that is older than what has come', () => {
    const { rows, row, asked } = inbox();
    rows.listed([listed(1, null)]);
    rows.heard(entry(2, visitor));
    rows.put(listed(1, null));
    expect(row()?.lastText).toBe('text 2');
    expect(asked).toEqual([TOPIC]);
    rows.put(listed(2, 2000));
    expect(row()).toMatchObject({ unread: 1, waitingSince: 2000 });
  });

  it('goes when it becomes somebody else’s, waits again, or is over', () => {
    for (const thread of [{ agent: '{"uid":"bob"}' }, { status: 'QUEUING' }, { status: 'CLOSED' }]) {
      const { rows, row } = inbox();
      rows.listed([listed(1, null, { owner: 'me' })]);
      rows.heard(entry(2, agent, 'WELCOME', { agent: '{"uid":"me"}' }));
      expect(row()?.owner).toBe('me');
      rows.heard(entry(3, agent, 'WELCOME', thread));
      expect(row()).toBeUndefined();
    }
  });

  it('does not count what changes a message', () => {
    const { rows, row } = inbox();
    rows.listed([listed(1, null, { unreadCount: 0 })]);
    rows.heard(entry(2, visitor, 'EDIT'));
    expect(row()).toMatchObject({ unread: 0, waitingSince: null, lastText: 'text 1' });
  });
});
