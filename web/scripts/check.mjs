// Everything that can be told without running: generated code, types, lints, format. `npm run check`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { root, workspacesWith } from './workspaces.mjs';

for (const folder of workspacesWith('generate.mjs')) {
  run('node', ['generate.mjs', '--check'], folder);
}
for (const folder of workspacesWith('tsconfig.json')) {
  // Only apps with a Vite configuration for Vue have templates to check.
  const hasTemplates = existsSync(join(root, folder, 'src/App.vue'));
  run(hasTemplates ? 'vue-tsc' : 'tsc', ['--noEmit', '--project', 'tsconfig.json'], folder);
}
// Everything that the SDK shows is explained: its reference can be made.
run('typedoc', ['--emit', 'none'], 'packages/sdk');
run('node', ['scripts/i18n.mjs']);
run('eslint', ['--max-warnings', '0', '.']);
run('prettier', ['--check', '--log-level', 'warn', '.']);
