// What reaches a visitor who looks elsewhere: sound, the number in the title, the window beside the page.

import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';
import { bubbles, chatting, saidBy, say } from '../visitor.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

/** A shop's page with the panel open in it, in a conversation. */
async function onShopPage(page) {
  const desk = await stack.desk();
  await desk.agent.online();
  await page.goto(`${stack.shopUrl}/plain#${desk.channel}`);
  await page.getByRole('button', { name: 'Open chat' }).click();
  const panel = page.frameLocator('iframe[title="Chat"]');
  await panel.getByRole('button', { name: /Start a conversation/ }).click();
  await panel.getByRole('textbox').waitFor();
  await expect.poll(() => desk.agent.threads()).toHaveLength(1);
  const [{ topic }] = await desk.agent.threads();
  const choose = async (item) => {
    await panel.getByRole('button', { name: 'Menu', exact: true }).click();
    await panel.getByRole(item.role, { name: item.name }).click();
  };
  return { ...desk, topic, panel, choose };
}

test('the sound is off until it is asked for, and rings for what is not seen', async ({ page }) => {
  await page.addInitScript(() => {
    window.rings = 0;
    window.AudioContext = class extends AudioContext {
      constructor() {
        super();
        window.rings += 1;
      }
    };
  });
  const { agent, topic, panel, choose } = await onShopPage(page);
  const rings = () =>
    page
      .frames()
      .at(-1)
      .evaluate(() => window.rings);
  const sayUnseen = async (text) => {
    await agent.say(topic, text);
    await expect(page.getByRole('button', { name: new RegExp(text) })).toBeVisible();
  };
  const sound = { role: 'menuitemcheckbox', name: 'Sound for new messages' };
  const close = () => panel.getByRole('button', { name: 'Minimise' }).click();
  const open = () => page.getByRole('button', { name: 'Open chat' }).click();

  await close();
  await sayUnseen('unheard');
  expect(await rings()).toBe(0);
  await open();
  // Switching it on lets it be heard. What makes the sound is loaded then.
  await choose(sound);
  await page.keyboard.press('Escape');
  await expect.poll(rings).toBe(1);
  await close();
  await sayUnseen('heard');
  await expect.poll(rings).toBe(2);
  await open();
  await agent.say(topic, 'seen');
  await expect(panel.getByRole('log').getByText('seen', { exact: true })).toBeVisible();
  expect(await rings()).toBe(2);
  await choose(sound);
  await page.keyboard.press('Escape');
  await close();
  await sayUnseen('unheard again');
  expect(await rings()).toBe(2);
});

test('the conversation goes on in a window of its own', async ({ page, context }) => {
  const { agent, topic, panel, choose } = await onShopPage(page);
  await say(panel, 'in the page');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['in the page']);
  const opening = context.waitForEvent('page');
  await choose({ role: 'menuitem', name: 'Open in a new window' });
  const out = await opening;
  await expect(page.getByRole('button', { name: 'Open chat' })).toBeVisible();
  await expect(bubbles(out)).toHaveText(['in the page']);
  await say(out, 'in the window');
  await agent.say(topic, 'in both');
  await expect(out.getByRole('log').getByText('in both', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Open chat' }).click();
  await expect(bubbles(panel)).toHaveText(['in the page', 'in the window']);
  await expect(panel.getByRole('log').getByText('in both', { exact: true })).toHaveCount(1);
  expect(await saidBy(agent, topic)).toEqual(['in the page', 'in the window']);
});

test('the title counts what came while another tab was looked at', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  const looked = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      Object.defineProperty(document, 'visibilityState', {
        value: value ? 'hidden' : 'visible',
        configurable: true,
      });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await looked(true);
  await agent.say(topic, 'one');
  await agent.say(topic, 'two');
  await expect(page).toHaveTitle('(2) Jade & Stone');
  await looked(false);
  await expect(page).toHaveTitle('Jade & Stone');
});
