// The manual says what is: it quotes the example programs as they stand, and its tables name what the source has.

import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
const [manual, readme, packaged, client, message, codes] = await Promise.all([
  read('../../../../docs/sdk.md'),
  read('../README.md'),
  read('../package.json'),
  read('../src/types/client.ts'),
  read('../src/types/message.ts'),
  read('../src/errors/codes.ts'),
]);

/** What follows a link to an example, as `[name, code]`. */
const quoted = (text: string) =>
  [...text.matchAll(/examples\/([\w.-]+)\)[^\n]*\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
    ([, name = '', code = '']) => [name, code] as const,
  );

/** The names in the first column of the table under `head`. */
function column(head: string): string[] {
  const [, rows = ''] = new RegExp(`^\\| ${head} .*\\n\\| -.*\\n((?:\\|.*\\n)+)`, 'm').exec(manual) ?? [];
  const cells = rows.split('\n').map((row) => row.split('|')[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

/** The names of a union of texts in `source`. */
function union(source: string, name: string): string[] {
  const [, members = ''] = new RegExp(`type ${name} =([^;]+);`).exec(source) ?? [];
  return [...members.matchAll(/'(\w+)'/g)].map(([, member = '']) => member);
}

const sorted = (names: readonly string[]) => [...names].sort();

describe('the manual', () => {
  it('quotes every example as it stands', async () => {
    const names = await readdir(new URL('../examples', import.meta.url));
    expect(sorted(quoted(manual).map(([name]) => name))).toEqual(sorted(names));
    for (const [name, code] of [...quoted(manual), ...quoted(readme)]) {
      expect(code, name).toBe(await read(`../examples/${name}`));
    }
    expect(quoted(readme)).toHaveLength(1);
  });

  it('has every entry of the package', () => {
    const { exports } = JSON.parse(packaged) as { exports: Record<string, unknown> };
    const entries = Object.keys(exports).map((entry) => `@deskwire/sdk${entry.slice(1)}`);
    expect(sorted(column('entry'))).toEqual(sorted(entries));
  });

  it('has every event', () => {
    const [, members = ''] = /interface ClientEvents \{([\s\S]*?)\n\}/.exec(client) ?? [];
    const events = [...members.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
    expect(column('event')).toEqual(events);
  });

  it('has every status of a message', () =>
    expect(column('status')).toEqual(union(message, 'MessageStatus')));

  it('has every code of our own', () =>
    expect(sorted(column('our own codes'))).toEqual(sorted(union(codes, 'OwnCode'))));
});
