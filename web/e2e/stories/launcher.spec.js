// The launcher on pages of shops: with a strict policy, hostile styles, another encoding, on phones, by keyboard.

import { expect, test } from '@playwright/test';
import { expectAccessible } from '../axe.js';
import { Stack } from '../stack.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

const launch = (page) => page.getByRole('button', { name: 'Open chat' });
const panel = (page) => page.frameLocator('iframe[title="Chat"]');
const events = (page, name) =>
  page.evaluate(
    (wanted) => window.events.filter(([event]) => event === wanted).map(([, value]) => value),
    name,
  );

test('a visitor talks to an agent from a page with a strict policy', async ({ page }) => {
  const complaints = [];
  page.on('console', (line) => /Content Security|Trusted/.test(line.text()) && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    window.shifts = 0;
    new PerformanceObserver((list) => (window.shifts += list.getEntries().length)).observe({
      type: 'layout-shift',
      buffered: true,
    });
  });
  const { agent, channel } = await stack.desk();
  await agent.online();
  await page.goto(`${stack.shopUrl}/strict#${channel}`);
  await expect(launch(page)).toBeVisible();
  // Nothing of the panel is loaded before it is wanted, and the page does not move.
  expect(page.frames()).toHaveLength(1);
  expect(await page.evaluate(() => window.shifts)).toBe(0);
  await expectAccessible(page);
  await launch(page).click();
  await panel(page)
    .getByRole('button', { name: /Start a conversation/ })
    .click();
  const field = panel(page).getByRole('textbox');
  await field.fill('Hello');
  await field.press('Enter');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic }] = await agent.threads();
  await expect.poll(() => events(page, 'agent')).toMatchObject([{ name: 'Ann' }]);
  // Escape in the panel closes it, and the focus goes back to the button.
  await field.press('Escape');
  await expect(launch(page)).toBeFocused();
  await agent.say(topic, 'Are you there?');
  await expect(page.getByText('Unread messages: 1')).toBeAttached();
  await expect(page.getByRole('button', { name: /Are you there/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: /Are you there/ }).click();
  await expect(panel(page).getByText('Are you there?').first()).toBeVisible();
  await expect.poll(async () => (await events(page, 'unread')).at(-1)).toBe(0);
  expect(await events(page, 'conversation:start')).toHaveLength(1);
  // On the next page the conversation is there again before the panel is opened, with what was said on the way.
  await page.goto(`${stack.shopUrl}/other`);
  await agent.say(topic, 'Still there?');
  await page.goto(`${stack.shopUrl}/strict#${channel}`);
  await expect(page.getByRole('button', { name: /Still there/ })).toBeVisible();
  await agent.say(topic, 'Good-bye then');
  await expect(page.getByRole('button', { name: /Good-bye/ })).toBeVisible();
  expect(complaints).toEqual([]);
});

test('hostile styles do not reach the button', async ({ page }) => {
  const { channel } = await stack.desk();
  await page.goto(`${stack.shopUrl}/hostile#${channel}`);
  const box = await launch(page).boundingBox();
  expect([box.width, box.height]).toEqual([56, 56]);
  expect(await launch(page).evaluate((button) => getComputedStyle(button).backgroundColor)).toBe(
    'rgb(11, 107, 91)',
  );
  await launch(page).click();
  await expect(panel(page).getByRole('button', { name: /Start a conversation/ })).toBeVisible();
});

test('a page in GBK reads Chinese labels', async ({ page }) => {
  const { channel } = await stack.desk();
  await page.goto(`${stack.shopUrl}/gbk#${channel}`);
  expect(await page.evaluate(() => document.characterSet)).toBe('GBK');
  await page.getByRole('button', { name: '打开在线客服' }).click();
  await expect(page.frameLocator('iframe').getByRole('button', { name: '开始咨询' })).toBeVisible();
});

test('the keyboard opens, moves and closes', async ({ page }) => {
  const { agent, channel } = await stack.desk();
  await agent.online();
  await page.goto(`${stack.shopUrl}/plain#${channel}`);
  await launch(page).focus();
  await page.keyboard.press('Enter');
  await panel(page)
    .getByRole('button', { name: /Start a conversation/ })
    .focus();
  await page.keyboard.press('Enter');
  const field = panel(page).getByRole('textbox');
  await expect(field).toBeFocused();
  await page.keyboard.type('One');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('Two');
  await page.keyboard.press('Enter');
  await expect(panel(page).getByText('One\nTwo')).toBeVisible();
  await panel(page).getByRole('log').focus();
  await page.keyboard.press('ArrowUp');
  await expect(panel(page).getByRole('article').last()).toBeFocused();
  await page.keyboard.press('Home');
  await expect(panel(page).getByRole('article').first()).toBeFocused();
  await panel(page).getByRole('button', { name: 'Minimise' }).press('Enter');
  await expect(launch(page)).toBeFocused();
});

test('the page tells the launcher what to do', async ({ page }) => {
  const { agent, channel } = await stack.desk();
  await agent.online();
  await page.goto(`${stack.shopUrl}/plain#${channel}`);
  await expect(launch(page)).toBeVisible();
  await page.evaluate(() => window.Deskwire('hide'));
  await expect(launch(page)).toBeHidden();
  await page.evaluate(() => window.Deskwire('show'));
  await page.evaluate(() => window.Deskwire('identify', { name: 'Mei', id: '17' }));
  await page.evaluate(() => window.Deskwire('send', 'I would like to ask about this one.'));
  await expect(panel(page).getByRole('log').getByText('I would like to ask')).toBeVisible();
  await expect.poll(async () => (await agent.threads())[0]?.user?.nickname).toBe('Mei');
  await page.evaluate(() => window.Deskwire('shutdown'));
  await expect(page.locator('iframe')).toHaveCount(0);
  await page.evaluate((name) => window.Deskwire('init', { channel: name }), channel);
  await launch(page).click();
  // Somebody else: nothing of before is there.
  await expect(panel(page).getByRole('button', { name: /Start a conversation/ })).toBeVisible();
  await expect(panel(page).getByText('Recent conversation')).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('the panel covers the page, which stays where it is', async ({ page }) => {
    const { channel } = await stack.desk();
    await page.goto(`${stack.shopUrl}/plain#${channel}`);
    await page.evaluate(() => scrollTo(0, 500));
    await launch(page).tap();
    await expect(panel(page).getByRole('button', { name: /Start a conversation/ })).toBeVisible();
    const box = await page.locator('iframe').boundingBox();
    expect([box.x, box.y, box.width, box.height]).toEqual([0, 0, 390, 844]);
    expect(await page.evaluate(() => document.querySelector('main').inert)).toBe(true);
    await panel(page).getByRole('button', { name: 'Minimise' }).tap();
    await expect(launch(page)).toBeVisible();
    expect(await page.evaluate(() => [scrollY, document.querySelector('main').inert])).toEqual([500, false]);
  });
});
