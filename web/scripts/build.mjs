// Builds the packages and apps into `dist`, each by its own `build` script. `npm run build`.

import { copyFileSync, readFileSync, rmSync } from 'node:fs';
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
// The server gives the SDK to pages without a build, beside the launcher.
const script = 'deskwire-sdk.js';
copyFileSync(join(root, 'packages/sdk/dist', script), join(root, 'dist', script));
compress(join(root, 'dist'));
