import { describe, expect, it } from 'vitest';
import { keyOf, type Press } from '../src/commands/keys.js';
import { marked } from '../src/pages/marked.js';
import { spreadOf, summaryOf } from '../src/pages/ratings.js';
import { fillIn, fitting, soughtIn } from '../src/canned/canned.js';
import { pieces } from '../src/thread/links.js';
import { isSendKey } from '../src/thread/send-key.js';

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  code: `Key${key.toUpperCase()}`,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  ...more,
});

describe('keyOf', () => {
  it.each([
    [press('j'), 'page', true, 'j'],
    [press('j'), 'page', false, null],
    [press('j'), 'text', true, null],
    [press('j'), 'layer', true, null],
    [press('∆', { code: 'KeyJ', altKey: true }), 'text', false, 'j'],
    [press('k', { ctrlKey: true }), 'text', false, 'menu'],
    [press('K', { metaKey: true }), 'layer', false, 'menu'],
    [press('j', { ctrlKey: true }), 'page', true, null],
    [press('j', { isComposing: true }), 'page', true, null],
    [press('k', { ctrlKey: true, isComposing: true }), 'text', true, null],
    [press('Enter', { code: 'Enter' }), 'page', true, null],
    [press('?', { code: 'Slash' }), 'page', true, '?'],
  ] as const)('%o in %s with single keys %s', (pressed, place, single, expected) => {
    expect(keyOf(pressed, place, single)).toBe(expected);
  });
});

describe('isSendKey', () => {
  it.each([
    [{ key: 'Enter', shiftKey: false, isComposing: false }, true],
    [{ key: 'Enter', shiftKey: true, isComposing: false }, false],
    [{ key: 'Enter', shiftKey: false, isComposing: true }, false],
    [{ key: 'Enter', shiftKey: false, isComposing: false, which: 229 }, false],
    [{ key: 'a', shiftKey: false, isComposing: false }, false],
  ])('%o', (pressed, sends) => {
    expect(isSendKey(pressed)).toBe(sends);
  });
});

describe('canned replies', () => {
  const reply = (shortcut: string, title: string, text: string) => ({
    uid: shortcut,
    shortcut,
    title,
    text,
    content: { type: 'text' as const, text },
    scope: 'AGENT' as const,
    owner: 'a1',
  });
  const all = [
    reply('bye', 'Farewell', 'See you'),
    reply('hi', 'Greeting', 'Hello'),
    reply('x', 'y', 'bye bye'),
  ];

  it('are sought by a "/" at the beginning, up to a blank', () => {
    expect([soughtIn('/'), soughtIn('/hi'), soughtIn('/hi there'), soughtIn('a/hi')]).toEqual([
      '',
      'hi',
      null,
      null,
    ]);
  });

  it('fit by shortcut before title before text', () => {
    expect(fitting(all, 'bye').map(({ uid }) => uid)).toEqual(['bye', 'x']);
    expect(fitting(all, 'GREET').map(({ uid }) => uid)).toEqual(['hi']);
    expect(fitting(all, '')).toHaveLength(3);
  });

  it('have their placeholders filled in, but not twice', () => {
    expect(fillIn('{visitor}, {nobody}', { visitor: '{agent}', agent: 'Ann' })).toBe('{agent}, {nobody}');
  });
});

describe('pieces', () => {
  it.each([
    ['no link', ['no link']],
    ['see https://a.example/x?y=1.', ['see ', '<https://a.example/x?y=1>', '.']],
    ['请看 https://a.example，谢谢', ['请看 ', '<https://a.example>', '，谢谢']],
    ['javascript:alert(1)', ['javascript:alert(1)']],
    ['(https://a.example/b)', ['(', '<https://a.example/b>', ')']],
  ])('%s', (text, expected) => {
    expect(pieces(text).map(({ text: part, href }) => (href ? `<${href}>` : part))).toEqual(expected);
  });
});

describe('marked', () => {
  it.each([
    [[], ['abcdef']],
    [[[1, 2]], ['a', '<bc>', 'def']],
    [
      [
        [4, 9],
        [0, 1],
      ],
      ['<a>', 'bcd', '<ef>'],
    ],
    [
      [
        [0, 3],
        [1, 3],
      ],
      ['<abc>', '<d>', 'ef'],
    ],
    [[[9, 2]], ['abcdef']],
  ] as const)('%j', (positions, expected) => {
    expect(marked('abcdef', positions).map(({ text, hit }) => (hit ? `<${text}>` : text))).toEqual(expected);
  });
});

describe('ratings', () => {
  const given = (score: number) => ({ id: '', topic: '', at: 0, by: '', rating: { score } });
  it('have a mean, a share of satisfied and a spread', () => {
    const all = [5, 5, 4, 2].map(given);
    expect(summaryOf(all)).toEqual({ mean: 4, satisfied: 0.75 });
    expect(spreadOf(all).map(({ count, share }) => [count, share])).toEqual([
      [2, 1],
      [1, 0.5],
      [0, 0],
      [1, 0.5],
      [0, 0],
    ]);
  });
  it('are nothing without any', () => {
    expect(summaryOf([])).toEqual({ mean: 0, satisfied: 0 });
  });
});
