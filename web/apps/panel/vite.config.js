import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

export default defineConfig({
  base: '/chat/',
  resolve,
  build: {
    target,
    outDir: '../../dist/chat',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
