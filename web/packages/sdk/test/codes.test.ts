// The codes are those of the server: its list in the document of its API, in its source and in its manual.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { errorOf, serverError } from '../src/errors/from-server.js';
import { renamed, retryable } from '../src/errors/codes.js';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
const [source, manual, schema] = await Promise.all([
  read('../../../../crates/model/src/error_code.rs'),
  read('../../../../docs/errors.md'),
  read('../../api/src/generated/schema.ts'),
]);

/** Each code of the server with what it says about trying again, as `["busy", "Again"]`. */
const codes = [...source.matchAll(/^ {4}\w+ = "(\w+)", \d+, (\w+);$/gm)].map(
  ([, name = '', retry = '']) => [name, retry] as const,
);
const names = codes.map(([name]) => name);

describe('error codes', () => {
  it('are all known to the compiler', () => {
    const [, failure = ''] = /\n {8}Failure: \{([\s\S]*?)\n {8}\};/.exec(schema) ?? [];
    const [, union = ''] = /error: ([^;]+);/.exec(failure) ?? [];
    const typed = [...union.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(70);
    expect(typed).toEqual(names);
  });

  it('are explained in the manual', () => {
    expect([...manual.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)).toEqual(names);
  });

  it('have the names of the server, but for a few', () => {
    expect(names.filter((name) => serverError('', { code: name }).code !== name.toUpperCase())).toEqual(
      expect.arrayContaining(Object.keys(renamed)),
    );
    expect(names).toEqual(expect.arrayContaining(Object.keys(renamed)));
    expect(serverError('', { status: 401, code: 'token_expired' }).code).toBe('AUTH_EXPIRED');
  });

  it('may be tried again where the server says so', () => {
    const again = codes.filter(([, retry]) => retry === 'Again').map(([name]) => name);
    expect(again.filter((name) => !serverError('', { code: name }).retryable)).toEqual([]);
    // Never where it says that the same fails again; a broken protocol is the one thing that a new connection mends.
    const never = codes.filter(([, retry]) => retry === 'Never').map(([name]) => name);
    expect(never.filter((name) => serverError('', { code: name }).retryable)).toEqual(['protocol_error']);
    expect([...retryable].every((code) => errorOf(code, '').retryable)).toBe(true);
  });

  it('of a newer server are codes too', () =>
    expect(serverError('in whatever words', { code: 'brand_new' })).toMatchObject({
      code: 'BRAND_NEW',
      retryable: false,
    }));

  it.each([
    [401, 'AUTH_EXPIRED', false],
    [403, 'FORBIDDEN', false],
    [404, 'NOT_FOUND', false],
    [409, 'REFUSED', false],
    [413, 'TOO_LARGE', false],
    [429, 'TOO_MANY', true],
    [500, 'INTERNAL', true],
    [502, 'INTERNAL', true],
    [503, 'BUSY', true],
    [200, 'REFUSED', false],
  ])('HTTP %i without a name, as of a proxy, is %s', (status, code, may) => {
    const error = serverError('something else', { status });
    expect(error).toMatchObject({ code, retryable: may, status });
    expect(serverError('something else', { status, code: { no: 'name' } }).code).toBe(code);
  });
});
