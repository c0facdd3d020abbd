import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { resolve, target } from '../../vite.base.js';

export default defineConfig({
  base: '/agent/',
  resolve,
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: {
    target,
    cssTarget: ['chrome111', 'firefox121', 'safari16.4'],
    outDir: '../../dist/agent',
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
