// Where the packages and apps of this workspace are.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder `web`. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Folders of all workspaces that have `file`, as `packages/sdk`: packages before the apps that use them. */
export function workspacesWith(file) {
  const below = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [...below('packages'), ...below('apps'), 'e2e'].filter((folder) =>
    existsSync(join(root, folder, file)),
  );
}
