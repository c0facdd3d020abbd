// The panel in a window of its own, beside a shop on another site: browsers part what it keeps there from what it keeps here.

import { expect, test } from '@playwright/test';
import { expectAccessible } from '../axe.js';
import { Stack } from '../stack.js';
import { say } from '../visitor.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

/** Opens the panel on a shop of another site than the server's, and says something. */
async function talking(page) {
  const { agent, channel } = await stack.desk();
  await agent.online();
  await page.goto(`${stack.shopUrl.replace('127.0.0.1', 'localhost')}/plain#${channel}`);
  await page.getByRole('button', { name: 'Open chat' }).click();
  const panel = page.frameLocator('iframe[title="Chat"]');
  await panel.getByRole('button', { name: /Start a conversation/ }).click();
  await say(panel, 'from the frame');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  return { agent, panel };
}

async function popOut(page, panel) {
  const opening = page.waitForEvent('popup');
  await panel.getByRole('button', { name: 'Menu' }).click();
  await panel.getByRole('menuitem', { name: 'Open in a new window' }).click();
  return opening;
}

test('a window goes on with the conversation, and its address says nothing of the visitor', async ({
  page,
}) => {
  const { agent, panel } = await talking(page);
  const popup = await popOut(page, panel);
  await expect(popup.getByRole('log').getByText('from the frame')).toBeVisible();
  await expectAccessible(popup);
  await say(popup, 'from the window');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic, user }] = await agent.threads();
  await agent.say(topic, 'I hear you twice');
  await expect(popup.getByRole('log').getByText('I hear you twice')).toBeVisible();
  expect(popup.url()).not.toContain(user.uid);
  // A reload asks again; and where the shop has gone meanwhile, the window knows by itself.
  await popup.reload();
  await expect(popup.getByRole('log').getByText('from the window')).toBeVisible();
  await page.goto('about:blank');
  await popup.reload();
  await expect(popup.getByRole('log').getByText('I hear you twice')).toBeVisible();
});

test('a window does not outlive the visitor', async ({ page }) => {
  const { panel } = await talking(page);
  const popup = await popOut(page, panel);
  await expect(popup.getByRole('log').getByText('from the frame')).toBeVisible();
  const closed = popup.waitForEvent('close');
  await page.evaluate(() => window.Deskwire('shutdown'));
  await closed;
});

test('shapes stand where the panel will be, as long as nothing is known', async ({ page }) => {
  const { channel } = await stack.desk();
  let letThrough;
  const waiting = new Promise((resolve) => (letThrough = resolve));
  await page.route(/api\/v1\/channel|assets\/(en|zh-CN)/, async (route) => {
    await waiting;
    await route.continue();
  });
  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`, { waitUntil: 'commit' });
  await expect(page.locator('main[aria-busy] .skeleton')).toHaveCount(3);
  letThrough();
  await expect(page.getByRole('button', { name: /Start a conversation/ })).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
});
