import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

export default defineConfig({
  base: '/demo/',
  resolve,
  build: {
    target,
    outDir: '../../dist/demo',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
