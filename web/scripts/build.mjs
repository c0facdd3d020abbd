// Builds the packages and apps into `dist`, each by its own `build` script. `npm run build`.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compress } from './compress.mjs';
import { run } from './run.mjs';
import { root, workspacesWith } from './workspaces.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const folder of workspacesWith('package.json')) {
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  if (scripts?.build) {
    run('npm', ['run', '--silent', 'build'], folder);
  }
}
compress(join(root, 'dist'));
