import { defineConfig } from '@playwright/test';

const desktop = { viewport: { width: 1366, height: 768 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Every story runs on a desktop; the screens are seen in each language, mode and width. */
const projects = [
  { name: 'desktop-en-light', use: { ...desktop, locale: 'en', colorScheme: 'light' } },
  { name: 'desktop-zh-dark', use: { ...desktop, locale: 'zh-CN', colorScheme: 'dark' } },
  { name: 'phone-zh-light', use: { ...phone, locale: 'zh-CN', colorScheme: 'light' } },
  { name: 'phone-en-dark', use: { ...phone, locale: 'en', colorScheme: 'dark' } },
].map((project, index) => ({ ...project, ...(index === 0 ? {} : { testMatch: 'screens.spec.js' }) }));

export default defineConfig({
  testDir: 'stories',
  outputDir: 'test-results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  projects,
  use: {
    launchOptions: {
      // Users have a back/forward cache.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    timezoneId: 'Asia/Shanghai',
    trace: 'retain-on-failure',
  },
});
