// The codes are those of the server: each refusal of the desk has one, and is recognised by its words.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../src/index.js';
import { serverError } from '../src/errors/from-server.js';

const source = await readFile(new URL('../../../../crates/desk/src/error.rs', import.meta.url), 'utf8');

/** Each variant of the desk's error with its words, as `["NotYours", "there is no such …"]`. */
const refusals = [...source.matchAll(/#\[error\("([^"]+)"[^\]]*\)\]\s+(\w+)/g)].map(
  ([, words = '', variant = '']) => ({
    variant,
    code: variant.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase(),
    words: words.replace(/\{[^}]*\}/g, 'X'),
  }),
);

describe('error codes', () => {
  it('are read from the server', () => expect(refusals.length).toBeGreaterThan(20));

  // What is unclear says in each case something else; a store that fails is the server's fault.
  it.each(refusals.filter(({ words, variant }) => words !== 'X' && variant !== 'Store'))(
    '$code is recognised',
    ({ code, words }) => expect(serverError(words).code).toBe(code),
  );

  it('have words that do not hide each other', () => {
    for (const [code, { says }] of Object.entries(errorCodes)) {
      if (says !== undefined) {
        expect(serverError(`${says} …`).code).toBe(code);
      }
    }
  });

  it.each([
    [401, 'AUTH_EXPIRED', false],
    [403, 'FORBIDDEN', false],
    [413, 'TOO_LARGE', false],
    [429, 'TOO_MANY', true],
    [500, 'INTERNAL', true],
    [503, 'BUSY', true],
    [200, 'REFUSED', false],
  ])('HTTP %i is %s', (status, code, retryable) =>
    expect(serverError('something else', { status })).toMatchObject({ code, retryable, status }),
  );

  it('prefer the name that the server gives', () => {
    expect(serverError('in whatever words', { status: 409, code: 'taken' }).code).toBe('TAKEN');
    expect(serverError('in whatever words', { status: 401, code: 'token_expired' }).code).toBe(
      'AUTH_EXPIRED',
    );
    expect(serverError('in whatever words', { code: 'vetoed' })).toMatchObject({
      code: 'VETOED',
      retryable: false,
    });
    expect(serverError('in whatever words', { status: 503, code: 'busy' }).retryable).toBe(true);
    expect(serverError('in whatever words', { status: 409, code: { no: 'name' } }).code).toBe('REFUSED');
  });

  it('know all names of the server', async () => {
    const documented = await readFile(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const table = await readFile(new URL('../src/errors/codes.ts', import.meta.url), 'utf8');
    const names = [...documented.matchAll(/^## (\w+)$/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(50);
    const unknown = names.filter(
      (name) => !new RegExp(`\\b${serverError('', { code: name }).code}\\b`).test(table),
    );
    expect(unknown).toEqual([]);
  });
});
