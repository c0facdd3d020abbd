// The examples of the manual that have no file run as they stand, one after the other.

import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import { expect, it } from 'vitest';
import * as sdk from '../../src/index.js';
import * as compat from '../../src/compat.js';
import * as desk from '../../src/desk.js';
import { nodeRuntime } from '../../src/node.js';
import { binary, PASSWORD } from './harness.js';
import { Scene } from './people.js';

const scene = new Scene();

/** What examples may import, with a runtime for Node where they would run in a browser. */
const modules: Record<string, Record<string, unknown>> = {
  '@deskwire/sdk': {
    ...sdk,
    createClient: (options: sdk.ClientOptions) => scene.client(options),
  },
  '@deskwire/sdk/desk': { ...desk },
  '@deskwire/sdk/compat': {
    socket: (options: compat.SocketOptions) => compat.socket({ ...options, runtime: nodeRuntime() }),
  },
};

it.skipIf(binary === undefined)('runs', async () => {
  const manual = await readFile(new URL('../../../../../docs/sdk.md', import.meta.url), 'utf8');
  const examples = [...manual.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
  expect(examples.length).toBeGreaterThan(5);
  const script = ts.transpile(examples.join('\n'), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
  });
  const program = script
    .replace(/^export \{\};$/m, '')
    .replace(/^import \{ (.*) \} from '(.*)';$/gm, (_, names: string, from: string) => {
      return `const { ${names.replace(' as ', ': ')} } = modules['${from}'];`;
    });
  const lines: unknown[][] = [];
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the examples are ours
  const run = new Function(
    'modules',
    'endpoint',
    'password',
    'log',
    `return (async () => { ${program} })()`,
  ) as (...values: unknown[]) => Promise<void>;
  await run(modules, scene.server.url, PASSWORD, (...values: unknown[]) => lines.push(values));
  expect(lines).toContainEqual(['connected']);
});
