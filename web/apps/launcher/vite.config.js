import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

/** A page in GBK reads a script in its own encoding: outside of ASCII it would see other letters. */
const ascii = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') {
        file.code = file.code.replace(
          /[^\0-\x7f]/g,
          (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
      }
    }
  },
};

export default defineConfig({
  resolve,
  plugins: [ascii],
  build: {
    target,
    outDir: '../../dist',
    emptyOutDir: false,
    lib: {
      entry: 'src/index.ts',
      formats: ['iife'],
      name: 'deskwireLauncher',
      fileName: () => 'deskwire.js',
    },
  },
});
