import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

export default defineConfig({
  base: '/chat/',
  resolve,
  build: {
    target,
    // What the layout itself needs: `:has` and `translate`, so no prefixes of older days.
    cssTarget: ['chrome111', 'firefox121', 'safari16.4'],
    outDir: '../../dist/chat',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
