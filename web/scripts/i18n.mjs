// What the compiler cannot say about texts: none stands outside of the dictionaries, and both languages have the same
// placeholders. A missing text is a type error already.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, workspacesWith } from './workspaces.mjs';

const CHINESE = /[\u3400-\u9fff]/;
/** One language, or the few words of a small app in all of them. */
const DICTIONARY = /(zh-CN|^src\/texts)\.ts$/;
const CODE = /\.(ts|tsx|vue|html)$/;
const found = [];

for (const folder of workspacesWith('package.json').filter((name) => name.startsWith('apps/'))) {
  const paths = readdirSync(join(root, folder), { recursive: true }).filter(
    (path) => path.startsWith('src/') && CODE.test(path) && !DICTIONARY.test(path),
  );
  for (const path of paths) {
    const lines = readFileSync(join(root, folder, path), 'utf8').split('\n');
    lines.forEach((line, index) => {
      // A language is called by its own name wherever it is chosen.
      if (CHINESE.test(line.replaceAll('中文', ''))) {
        found.push(`${folder}/${path}:${index + 1}: a text outside of the dictionaries`);
      }
    });
  }
}

/** Placeholders of each text of a dictionary, by its key. */
function placeholders(file) {
  const texts = readFileSync(file, 'utf8').matchAll(
    /^ {2}'?([\w.-]+)'?:\s*([\s\S]*?),?$(?=\n {2}'?[\w.-]+'?:|\n\})/gm,
  );
  return new Map(
    [...texts].map(([, key, text]) => [key, [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ')]),
  );
}

for (const folder of workspacesWith('src')) {
  const dictionaries = readdirSync(join(root, folder, 'src'), { recursive: true }).filter((path) =>
    path.endsWith('zh-CN.ts'),
  );
  for (const path of dictionaries) {
    const chinese = placeholders(join(root, folder, 'src', path));
    const english = placeholders(join(root, folder, 'src', path.replace('zh-CN.ts', 'en.ts')));
    for (const [key, names] of chinese) {
      if (english.get(key) !== names) {
        found.push(`${folder}/src/${path}: ${key} has "${names}", in English "${english.get(key)}"`);
      }
    }
  }
}

found.forEach((line) => console.error(line));
process.exitCode = found.length > 0 ? 1 : 0;
