// Runs one tool of `node_modules/.bin` and ends this process when it fails.

import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { root } from './workspaces.mjs';

/** Runs `command` in `folder` of the workspace, with its output on our streams. */
export function run(command, args, folder = '.') {
  const PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const { status, error } = spawnSync(command, args, {
    cwd: join(root, folder),
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  if (error || status !== 0) {
    console.error(`${[command, ...args].join(' ')} in ${folder}: ${error?.message ?? `status ${status}`}`);
    process.exit(1);
  }
}
