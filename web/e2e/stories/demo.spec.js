// The demo shop with the widget on it.

import { expect, test } from '@playwright/test';
import { Agent } from '../agent.js';
import { look } from '../look.js';
import { PASSWORD, Stack } from '../stack.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

test('a visitor asks about a teapot', async ({ page }) => {
  const agent = await Agent.login(stack.server.url, 'agent', PASSWORD);
  await agent.online();
  await page.goto(`${stack.url}/demo/?lang=en`);
  await expect(page.getByText('Questions about our teaware?')).toBeVisible();
  await look(page, 'demo-shop');
  await page.getByRole('button', { name: 'Ask about it' }).first().click();
  const panel = page.frameLocator('iframe');
  await expect(panel.getByRole('log').getByText('“Longquan teapot”')).toBeVisible();
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic }] = await agent.threads();
  await agent.read(topic);
  await agent.say(topic, 'It is thrown and fired by hand, and holds 300 ml. Would you like to see it?');
  await expect(panel.getByRole('log').getByText('Would you like to see it?')).toBeVisible();
  await look(page, 'demo-chat');
});

test.describe('on a dark phone, in Chinese', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' });

  test('the shop and the panel fit', async ({ page }) => {
    await page.goto(`${stack.url}/demo/?lang=zh-CN`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('一壶清茶，慢慢喝。');
    await expect(page.getByText('选茶具有疑问？')).toBeVisible();
    await look(page, 'demo-phone');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});
