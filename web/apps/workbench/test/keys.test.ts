import { describe, expect, it } from 'vitest';
import { endOf, isOver, lifetimes, shownKey, type KeyRow } from '../src/admin/keys.js';

const key = (expiresAt?: number): KeyRow => ({
  uid: 'k1',
  name: 'ERP',
  configured: false,
  ...(expiresAt !== undefined && { expiresAt }),
});

describe('a service key', () => {
  it('is good for some days, or for ever', () => {
    const now = 1_700_000_000_000;
    expect(lifetimes.map((lifetime) => endOf(lifetime, now))).toEqual([
      undefined,
      now + 30 * 86_400_000,
      now + 90 * 86_400_000,
      now + 365 * 86_400_000,
    ]);
  });

  it.each([
    [undefined, 5, false],
    [6, 5, false],
    [5, 5, true],
  ])('that ends at %s is over at %s: %s', (expiresAt, now, expected) => {
    expect(isOver(key(expiresAt), now)).toBe(expected);
  });

  it('is shown with its name in front', () => {
    expect(shownKey({ ...key(), secret: 'dwsk_x' })).toBe('k1:dwsk_x');
  });
});
