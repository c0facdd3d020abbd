// Measures what we ship against the budgets, and fails when one is broken. `npm run budgets`, after a build.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { resolve, target } from '../vite.base.js';
import { entries, files, pages } from './budget-table.mjs';
import { root } from './workspaces.mjs';

const gzipped = (content) => gzipSync(content, { level: 9 }).length;

/**
 * Chunks of an app that uses the entry; `together` are modules that share one chunk. Vite's bundler without Vite, which
 * puts its own loader of style sheets before lazy imports: once into each app, however much of it is ours.
 */
async function bundle(entry, together) {
  const codeSplitting = together && { groups: [{ name: 'initial', test: (id) => together.has(id) }] };
  const bundled = await rolldown({
    input: join(root, entry),
    platform: 'browser',
    preserveEntrySignatures: 'allow-extension',
    resolve: { conditionNames: resolve.conditions },
    transform: { target },
  });
  const { output } = await bundled.generate({
    format: 'es',
    minify: true,
    ...(codeSplitting && { codeSplitting }),
  });
  return output.filter(({ type }) => type === 'chunk');
}

/** The chunks that are loaded at once. */
function initial(chunks) {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const wanted = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of wanted) {
    imports.filter((name) => byName.has(name)).forEach((name) => wanted.add(byName.get(name)));
  }
  return [...wanted];
}

/** Size of what an app loads at once when it imports the entry. */
async function sizeOfEntry(entry) {
  const modules = new Set(initial(await bundle(entry)).flatMap(({ moduleIds }) => moduleIds));
  return initial(await bundle(entry, modules)).reduce((sum, { code }) => sum + gzipped(code), 0);
}

/** `[name, size]` of the files of `dist` that a row is about; none if they were not built. */
function sizesOfFiles({ name, pattern, each }) {
  const dist = join(root, 'dist');
  if (!existsSync(dist)) {
    return [];
  }
  const found = readdirSync(dist, { recursive: true }).filter((path) => pattern.test(path));
  const sizes = found.map((path) => [`${name}: ${path}`, gzipped(readFileSync(join(dist, path)))]);
  return each || sizes.length === 0 ? sizes : [[name, sizes.reduce((sum, [, size]) => sum + size, 0)]];
}

/** Size of the scripts that a page loads at once, or undefined if it was not built. */
function sizeOfPage({ page, with: also }) {
  const html = join(root, 'dist', page);
  if (!existsSync(html)) {
    return undefined;
  }
  const assets = join(dirname(html), 'assets');
  const scripts = Array.from(
    readFileSync(html, 'utf8').matchAll(/assets\/([\w-]+\.js)/g),
    ([, name]) => name,
  );
  const wanted = new Set([
    ...scripts,
    ...readdirSync(assets)
      .filter((name) => also.test(name))
      .slice(0, 1),
  ]);
  for (const name of wanted) {
    // Static imports only: dynamic ones have a parenthesis before the name.
    const imports = readFileSync(join(assets, name), 'utf8').matchAll(
      /(?:from|import)\s*["'`]\.\/([\w-]+\.js)["'`]/g,
    );
    Array.from(imports, ([, imported]) => wanted.add(imported));
  }
  return [...wanted].reduce((sum, name) => sum + gzipped(readFileSync(join(assets, name))), 0);
}

function report(name, size, limit) {
  const broken = size > limit;
  console.log(
    `${broken ? 'OVER' : ' ok '} ${(size / 1000).toFixed(1).padStart(6)} of ${limit / 1000} KB  ${name}`,
  );
  return broken;
}

let broken = false;
for (const { name, entry, limit } of entries.filter((row) => existsSync(join(root, row.entry)))) {
  broken = report(name, await sizeOfEntry(entry), limit) || broken;
}
for (const row of files) {
  for (const [name, size] of sizesOfFiles(row)) {
    broken = report(name, size, row.limit) || broken;
  }
}
for (const row of pages) {
  const size = sizeOfPage(row);
  if (size !== undefined) {
    broken = report(row.name, size, row.limit) || broken;
  }
}
process.exitCode = broken ? 1 : 0;
