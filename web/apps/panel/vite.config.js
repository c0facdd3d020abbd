import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

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

export default defineConfig({
  base: '/chat/',
  resolve,
  plugins: [usedTokens],
  build: {
    target,
    // What the layout itself needs: `:has` and `translate`, so no prefixes of older days.
    cssTarget: ['chrome111', 'firefox121', 'safari16.4'],
    outDir: '../../dist/chat',
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
