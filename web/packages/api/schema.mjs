// What TypeScript is told of the server's document.

import openapiTypescript, { astToString } from 'openapi-typescript';

/** Where it is kept. */
export const schemaFile = new URL('src/generated/schema.ts', import.meta.url);

/**
 * The types of a document (OpenAPI 3.1). Other spellings of a path are for clients of old, and left out.
 *
 * @param {{paths: Record<string, Record<string, {deprecated?: boolean}>>}} document
 */
export async function schemaOf(document) {
  const paths = Object.fromEntries(
    Object.entries(document.paths)
      .map(([path, item]) => [path, Object.entries(item).filter(([, { deprecated }]) => !deprecated)])
      .filter(([, operations]) => operations.length > 0)
      .map(([path, operations]) => [path, Object.fromEntries(operations)]),
  );
  const types = await openapiTypescript(
    { ...document, paths },
    { alphabetize: true, defaultNonNullable: false },
  );
  return `// Generated from the server's document: "npm run generate" in this package.\n\n${astToString(types)}`;
}
