import { defineConfig } from '@playwright/test';
import panel from '../playwright.config.js';

const desktop = { viewport: { width: 1366, height: 768 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Every story runs on a desktop; the screens, and what both sides see, in each language, mode and width. */
const projects = [
  { name: 'desktop-en-light', use: { ...desktop, locale: 'en', colorScheme: 'light' } },
  { name: 'desktop-zh-dark', use: { ...desktop, locale: 'zh-CN', colorScheme: 'dark' } },
  { name: 'phone-zh-light', use: { ...phone, locale: 'zh-CN', colorScheme: 'light' } },
  { name: 'phone-en-dark', use: { ...phone, locale: 'en', colorScheme: 'dark' } },
].map((project, index) => ({
  ...project,
  ...(index === 0 ? {} : { testMatch: /(screens|pictures|both-sides)\.spec\.js$/ }),
}));

export default defineConfig({
  ...panel,
  testDir: '.',
  outputDir: '../test-results',
  projects,
});
