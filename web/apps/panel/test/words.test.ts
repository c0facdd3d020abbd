// @vitest-environment happy-dom

import { afterEach, describe, expect, it, vi } from 'vitest';
import { lineOf } from '../src/content/line.js';
import { loadWords } from '../src/texts/words.js';
import { draftOf, keepDraft } from '../src/thread/drafts.js';
import { COLUMNS, emoji } from '../src/thread/emoji.js';
import { isSendKey } from '../src/thread/send-key.js';
import { titleWith } from '../src/visit/title.js';
import { forgetAll, keep, kept } from '../src/visit/storage.js';
import { transcriptOf } from '../src/visit/transcript.js';
import { message, told } from './messages.js';

afterEach(() => vi.restoreAllMocks());

const english = await loadWords('en');
const chinese = await loadWords('zh-CN');

it.each([
  [{ type: 'text', text: ' a\n b ' } as const, 'a b', 'a b'],
  [{ type: 'image', url: 'u', name: 'x.png', size: 1, mimeType: 'image/png' } as const, '[Image]', '[图片]'],
  [
    {
      type: 'order-card',
      id: 1,
      name: 'Tea',
      price: '1',
      status: 'pending',
      expiresAt: null,
      more: {},
    } as const,
    '[Order] Tea',
    '[订单卡片] Tea',
  ],
  [{ type: 'rating', score: 4 } as const, 'Your rating: 4 of 5', '您的评价：4 分'],
  [{ type: 'custom', wireType: 'X', content: {} } as const, '', ''],
])('says a message in one line: %j', (content, inEnglish, inChinese) => {
  expect([lineOf(content, english), lineOf(content, chinese)]).toEqual([inEnglish, inChinese]);
});

it.each([
  ['Enter', { key: 'Enter' }, true],
  ['Shift and Enter', { key: 'Enter', shiftKey: true }, false],
  ['Enter that takes a suggestion', { key: 'Enter', isComposing: true }, false],
  ['the same in Safari', { key: 'Enter', which: 229 }, false],
  ['a letter', { key: 'a', which: 65 }, false],
])('sends on %s: or not', (_, press, sends) => {
  expect(isSendKey({ shiftKey: false, isComposing: false, which: 13, ...press })).toBe(sends);
});

it.each([
  ['Shop', 0, 'Shop'],
  ['Shop', 3, '(3) Shop'],
  ['(3) Shop', 120, '(99+) Shop'],
  ['(99+) Shop', 0, 'Shop'],
])('%s with %d unread', (title, unread, expected) => expect(titleWith(title, unread)).toBe(expected));

it('writes a transcript without what was taken back, and without what was never sent', () => {
  const messages = [
    message(1),
    message(2, { mine: true, content: { type: 'text', text: 'thanks' } }),
    message(3, { recalled: true }),
    message(4, { seq: null, mine: true }),
    message(5, { content: told('AGENT_CLOSED', 'closed') }),
  ];
  const [title, , ...lines] = transcriptOf(messages, english, 'Shop').split('\n');
  expect(title).toBe('Shop');
  expect(lines.map((line) => line.replace(/^\[.*?\] /, ''))).toEqual([
    'Ann: text 1',
    'You: thanks',
    'Ann: closed',
    '',
  ]);
});

it('offers emoji in whole rows', () => {
  for (const group of Object.values(emoji)) {
    expect(group.length % COLUMNS).toBe(0);
  }
});

describe('what is kept in the browser', () => {
  it('keeps drafts apart and forgets them all', () => {
    keepDraft('one', 'a');
    keepDraft('two', 'b');
    keepDraft('two', '');
    localStorage.setItem('shop', 'theirs');
    expect([draftOf('one'), draftOf('two')]).toEqual(['a', '']);
    forgetAll();
    expect([draftOf('one'), localStorage.getItem('shop')]).toEqual(['', 'theirs']);
  });

  it('works without storage', () => {
    vi.stubGlobal('localStorage', undefined);
    keep('a', 'b');
    expect(kept('a')).toBeNull();
    forgetAll();
    vi.unstubAllGlobals();
  });
});
