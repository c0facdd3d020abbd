import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

const source = fileURLToPath(new URL('src/', import.meta.url));

/** The tokens are those of all apps: what no rule of ours asks for stays at home. */
const usedTokens = {
  name: 'used-tokens',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.fileName.endsWith('.css')) {
        const css = String(file.source);
        const used = new Set(Array.from(css.matchAll(/var\((--[\w-]+)/g), ([, name]) => name));
        file.source = css.replace(/(--[\w-]+):[^;{}]*;?/g, (declaration, name) =>
          used.has(name) ? declaration : '',
        );
      }
    }
  },
};

/** Two scripts are loaded side by side: the small one of the page, which asks for all that is needed, and the panel. */
const panelBeside = {
  name: 'panel-beside',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const panel = Object.values(bundle ?? {}).find(({ name, isEntry }) => isEntry && name === 'panel');
      const attrs = { type: 'module', crossorigin: true, src: `/chat/${panel?.fileName}` };
      return [{ tag: 'script', attrs, injectTo: 'head' }];
    },
  },
};

/**
 * No part that is loaded later has a style sheet of its own, so a plain `import()` does: what Vite puts around each, and its
 * list of files, every visitor would load.
 */
const plainImports = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) =>
    id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : undefined,
  renderChunk: (code) =>
    code
      .replace(
        /__vitePreload\(async \(\) => \{\s*const \{[^}]*\} = await (import\([^;]*);\s*return \{[^}]*\};\s*\}, __VITE_PRELOAD__\)/g,
        '$1',
      )
      .replace(/__vitePreload\(\(\) => (import\(.*?), __VITE_PRELOAD__\)/g, '$1'),
};

/** Modules that `entry` loads at once, itself included. */
function loadedWith(entry, modules) {
  const found = new Set([source + entry]);
  for (const id of found) {
    modules.getModuleInfo(id)?.importedIds.forEach((imported) => found.add(imported));
  }
  return found;
}

/**
 * What comes by itself: the languages; the shop's colour, which should not wait for more; and what few visitors or none
 * need, as carriers for networks that let nothing better through, the sign-in of agents, and windows beside the page.
 */
const apart =
  /texts\/(en|zh-CN)|i18n\/src\/(en|zh-CN)|transports\/(polling|sockjs)|brand\.ts|contrast\.ts|sign-in\.ts|popout\.ts/;

/** Which file a module goes to. There are few: what is compressed together is smaller, and comes in one trip. */
function fileOf(id, modules) {
  const isIn = (entry) => loadedWith(entry, modules).has(id);
  if (apart.test(id)) {
    return null;
  }
  if (/\.(html|css)$/.test(id) || isIn('boot.ts')) {
    return 'index';
  }
  if (isIn('main.tsx')) {
    return 'panel';
  }
  return isIn('more.ts') || id.includes('/sdk/src/') ? 'more' : 'aside';
}

export default defineConfig({
  base: '/chat/',
  resolve,
  plugins: [usedTokens, panelBeside, plainImports],
  build: {
    target,
    // What the layout itself needs: `:has` and `translate`, so no prefixes of older days.
    cssTarget: ['chrome111', 'firefox121', 'safari16.4'],
    outDir: '../../dist/chat',
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', panel: `${source}main.tsx` },
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: fileOf, debugName: 'files' }],
        },
      },
    },
  },
});
