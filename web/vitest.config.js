import { defineConfig } from 'vitest/config';
import { resolve, ssr } from './vite.base.js';

export default defineConfig({
  resolve,
  ssr,
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'packages/*/src/**/*.test.ts',
      'apps/*/test/**/*.test.{ts,tsx}',
      'apps/*/src/**/*.test.{ts,tsx}',
    ],
    // Two cores are enough for two files at a time; each may start a server.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
