// The SDK as one file for script tags, with everything that apps load lazily: `Deskwire.createClient(…)`.

import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

export default defineConfig({
  resolve,
  build: {
    target,
    outDir: 'dist',
    emptyOutDir: false,
    lib: {
      entry: 'src/script-tag.ts',
      formats: ['iife'],
      name: 'Deskwire',
      fileName: () => 'deskwire-sdk.js',
    },
  },
});
