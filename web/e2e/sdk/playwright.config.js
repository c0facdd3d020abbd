import { defineConfig } from '@playwright/test';
import panel from '../playwright.config.js';

export default defineConfig({
  ...panel,
  testDir: '.',
  outputDir: '../test-results',
  projects: [{ name: 'sdk' }],
});
