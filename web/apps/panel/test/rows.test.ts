import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '@deskwire/sdk';
import { rowsOf } from '../src/thread/rows.js';
import { message, noon, told } from './messages.js';

/** Rows as short words: `day`, `new`, `line m3`, `m1 first last`. */
const outline = (messages: readonly ChatMessage[], readBefore: number | null = null) =>
  rowsOf(messages, readBefore).map((row) => {
    switch (row.kind) {
      case 'day':
      case 'new':
        return row.kind;
      case 'line':
        return `line ${row.key}`;
      case 'message':
        return [row.key, row.first && 'first', row.last && 'last'].filter(Boolean).join(' ');
    }
  });

describe('rows of the log', () => {
  it('puts messages of one writer together, as long as no time lies between', () => {
    const later = message(3, { at: noon + 3_600_000 });
    expect(outline([message(1), message(2), later, message(4, { mine: true, at: later.at })])).toEqual([
      'day',
      'm1 first',
      'm2 last',
      'm3 first last',
      'm4 first last',
    ]);
  });

  it('begins each day anew', () => {
    const tomorrow = message(2, { at: noon + 86_400_000 });
    expect(outline([message(1), tomorrow])).toEqual(['day', 'm1 first last', 'day', 'm2 first last']);
  });

  it.each([
    ['nothing is new', 3, ['day', 'm1 first', 'm2', 'm3 last']],
    ['the last two are new', 1, ['day', 'm1 first', 'new', 'm2 first', 'm3 last']],
    ['all is new', 0, ['day', 'new', 'm1 first', 'm2', 'm3 last']],
    ['nobody asks', null, ['day', 'm1 first', 'm2', 'm3 last']],
  ])('divides where %s', (_, readBefore, expected) => {
    expect(outline([message(1), message(2), message(3)], readBefore)).toEqual(expected);
  });

  it('never divides before own messages', () => {
    expect(outline([message(1), message(2, { mine: true })], 1)).toEqual([
      'day',
      'm1 first last',
      'm2 first last',
    ]);
  });

  it.each([
    ['what only the desk needs', told('QUEUE_NOTICE', 'somebody waits'), []],
    ['an event without words', told('TRANSFER', ''), []],
    ['an event with words', told('AGENT_CLOSED', 'closed'), ['day', 'line m1']],
    ['who comes', told('TRANSFER_ACCEPT', ''), ['day', 'line m1']],
    ['the answer to a left message', told('LEAVE_MSG_REPLIED', 'yes'), ['day', 'm1 first last']],
    [
      'the place in the queue',
      { type: 'queue', text: 'wait', position: 1, size: 1, waitSeconds: 1 } as const,
      [],
    ],
    ['a type of tomorrow', { type: 'custom', wireType: 'X', content: { a: 1 } } as const, []],
    [
      'a text of tomorrow',
      { type: 'custom', wireType: 'X', content: 'hello' } as const,
      ['day', 'm1 first last'],
    ],
  ])('shows or hides %s', (_, content, expected) => {
    expect(outline([message(1, { content })])).toEqual(expected);
  });

  it('shows that a message was taken back, between those that were not', () => {
    const rows = outline([message(1), message(2, { recalled: true }), message(3)]);
    expect(rows).toEqual(['day', 'm1 first last', 'line m2', 'm3 first last']);
  });
});
