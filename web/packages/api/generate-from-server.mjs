// Makes `src/generated/schema.ts` from the document of a server: of `DESKWIRE_BIN`, or of the newest build.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from '../../../tests/e2e/harness.js';
import { schemaFile, schemaOf } from './schema.mjs';

const server = await Server.start();
try {
  const document = await (await fetch(`${server.url}/openapi.json`)).json();
  mkdirSync(dirname(fileURLToPath(schemaFile)), { recursive: true });
  writeFileSync(schemaFile, await schemaOf(document));
} finally {
  await server.stop();
}
