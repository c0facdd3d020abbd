// A visitor without a mouse: from the shop's page through a conversation to its rating, and back to the page.

import { expect, test } from '@playwright/test';
import { tabTo } from '../keys.js';
import { Stack } from '../stack.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

test('choosing, talking, quoting, ending, rating', async ({ page }) => {
  const services = [{ name: 'Before you buy' }, { name: 'After you bought' }];
  const { agent, channel } = await stack.desk({ channel: { services } });
  await agent.online();
  await page.goto(`${stack.shopUrl}/plain#${channel}`);
  const launcher = page.getByRole('button', { name: 'Open chat' });
  await launcher.waitFor();
  await tabTo(page, launcher);
  await page.keyboard.press('Enter');
  const panel = page.frameLocator('iframe[title="Chat"]');
  const button = (name) => panel.getByRole('button', { name });
  await tabTo(page, button(/Start a conversation/));
  await page.keyboard.press('Enter');

  await tabTo(page, panel.getByRole('radio').first());
  await page.keyboard.press('ArrowDown');
  await expect(panel.getByRole('radio', { name: 'After you bought' })).toBeChecked();
  await page.keyboard.press('Enter');
  const field = panel.getByRole('textbox', { name: 'Write a message' });
  await expect(field).toBeFocused();
  await page.keyboard.type('Where is it?');
  await page.keyboard.press('Enter');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic }] = await agent.threads();
  await agent.say(topic, 'On its way');
  await expect(panel.getByRole('log').getByText('On its way', { exact: true })).toBeVisible();

  // The log is one stop; arrows move among messages, and their actions follow the message.
  await tabTo(page, panel.getByRole('log'), 'Shift+Tab');
  await page.keyboard.press('ArrowUp');
  const last = panel.getByRole('article').last();
  await expect(last).toBeFocused();
  await tabTo(page, last.getByRole('button', { name: 'Message actions' }));
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('menuitem', { name: 'Quote' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(field).toBeFocused();
  await page.keyboard.type('Thank you');
  await page.keyboard.press('Enter');
  await expect(panel.locator('blockquote')).toContainText('On its way');

  await tabTo(page, button('Menu'), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await panel.getByRole('menuitem').first().waitFor();
  await page.keyboard.press('End');
  await expect(panel.getByRole('menuitem', { name: 'End conversation' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, panel.getByRole('dialog').getByRole('button', { name: 'End conversation' }));
  await page.keyboard.press('Enter');
  await expect(panel.getByText('This conversation has ended')).toBeVisible();

  await tabTo(page, button('Rate the service'));
  await page.keyboard.press('Enter');
  await tabTo(page, panel.getByRole('radio', { name: 'Very bad', exact: true }));
  for (let star = 1; star < 5; star += 1) {
    await page.keyboard.press('ArrowRight');
  }
  await tabTo(page, button('Send rating'));
  await page.keyboard.press('Enter');
  await expect(panel.getByText('Thank you for your rating')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(launcher).toBeFocused();
});
