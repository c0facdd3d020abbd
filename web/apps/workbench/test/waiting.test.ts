import { describe, expect, it } from 'vitest';
import { neighbour, sortRows, waitingSince, waitOf } from '../src/desk/waiting.js';
import { thread, visitor } from './messages.js';

describe('waitOf', () => {
  it.each([
    [null, 'quiet', 0],
    [100_000, 'quiet', 0],
    [59_999, 'quiet', 0.4],
    [40_001, 'quiet', 0.6],
    [40_000, 'soon', 0.6],
    [1, 'soon', 1],
    [0, 'over', 1],
    [-900_000, 'over', 1],
  ] as const)('since %s is %s', (since, level, share) => {
    const wait = waitOf(since, 100_000, 100_000);
    expect(wait.level).toBe(level);
    expect(wait.share).toBeCloseTo(share, 1);
  });

  it('is over at once where nothing is promised', () => {
    expect(waitOf(5, 5, 0).level).toBe('over');
  });

  it('counts from the coming of who waits in the queue', () => {
    expect(waitingSince(thread('q', { status: 'queuing', createdAt: 7, waitingSince: 9 }))).toBe(9);
    expect(waitingSince(thread('q', { status: 'queuing', createdAt: 7 }))).toBe(7);
    expect(waitingSince(thread('c', { createdAt: 7, waitingSince: 9 }))).toBe(9);
    expect(waitingSince(thread('c', { createdAt: 7 }))).toBe(null);
  });
});

describe('sortRows', () => {
  const offer = { kind: 'transfer', id: 'o', from: visitor, to: 'a1', note: '', forMe: true, at: 0 } as const;
  const rows = [
    thread('quiet old', { lastAt: 1 }),
    thread('waits short', { waitingSince: 50, lastAt: 50 }),
    thread('quiet new', { lastAt: 90 }),
    thread('offered', { offer, lastAt: 2 }),
    thread('offered to another', { offer: { ...offer, forMe: false }, lastAt: 3 }),
    thread('waits long', { waitingSince: 10, lastAt: 80 }),
  ];

  it('puts offers first, then who waits longest, then what is newest', () => {
    expect(sortRows(rows, 'waiting').map(({ topic }) => topic)).toEqual([
      'offered',
      'waits long',
      'waits short',
      'quiet new',
      'offered to another',
      'quiet old',
    ]);
  });

  it('goes by the last message alone where that is wanted', () => {
    expect(sortRows(rows, 'newest').map(({ lastAt }) => lastAt)).toEqual([90, 80, 50, 3, 2, 1]);
  });

  it('leaves its input alone', () => {
    const before = [...rows];
    sortRows(rows, 'waiting');
    expect(rows).toEqual(before);
  });
});

describe('neighbour', () => {
  const rows = ['a', 'b', 'c'].map((topic) => thread(topic));
  it.each([
    ['a', 1, 'b'],
    ['c', 1, 'a'],
    ['a', -1, 'c'],
    ['gone', 1, 'a'],
    [null, -1, 'a'],
  ] as const)('of %s by %s is %s', (topic, step, expected) => {
    expect(neighbour(rows, topic, step)).toBe(expected);
  });

  it('is nobody in an empty list', () => {
    expect(neighbour([], 'a', 1)).toBeNull();
  });
});
