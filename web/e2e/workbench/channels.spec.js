// Channels from both ends: an administrator designs one and pastes its code into a shop, visitors come by it.

import { expect, test } from '@playwright/test';
import { createHmac } from 'node:crypto';
import { WorkbenchStack } from './desk.js';

let bench;
let stack;

test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
  ({ stack } = bench);
});
test.afterAll(() => bench?.stop());

const panel = (page) => page.frameLocator('iframe[title="Chat"]');
const start = (page) => panel(page).getByRole('button', { name: /Start a conversation/ });
const hashOf = (secret, id) => createHmac('sha256', secret).update(id).digest('hex');

async function openChat(page, address) {
  await page.goto(address);
  await page.getByRole('button', { name: 'Open chat' }).click();
}

/** A page that says who its visitor is, and notes what goes wrong. */
const pageOf = (channel, visitor) => `<script>
window.errors = [];
function Deskwire() { (Deskwire.q = Deskwire.q || []).push(arguments); }
Deskwire('init', { channel: '${channel}', visitor: ${JSON.stringify(visitor)}, attributes: { plan: 'gold' } });
Deskwire('on', 'error', ({ code }) => window.errors.push(code));
</script><script async src="${stack.url}/deskwire.js"></script>`;

test('an administrator designs a channel, a visitor of the shop comes by it, another site does not show it', async ({
  page,
  browser,
}) => {
  const { agent, workgroup } = await bench.team();
  await agent.online();
  await bench.signIn(page, 'admin');
  await page.evaluate(() => void (location.hash = '/admin/channels'));
  await page.getByRole('button', { name: 'New channel' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Tea shop');
  await page.getByLabel('ID', { exact: true }).fill('tea-shop');
  await page.getByLabel('Title', { exact: true }).fill('Leaf & Cup');
  await page.getByLabel('Greeting').fill('Welcome to the tea room');
  await page.getByLabel('Workgroup or agent').selectOption(workgroup);
  await page.getByLabel('Colour').fill('#7a1f5c');
  await page.getByLabel('Domains, one per line').fill(new URL(stack.shopUrl).host);
  // What is not saved yet is in the preview, and nothing of it is at the server.
  const preview = page.frameLocator('iframe[title="Preview"]');
  await expect(preview.getByRole('heading', { name: 'Welcome to the tea room' })).toBeVisible();
  await expect(preview.getByText('Leaf & Cup')).toBeVisible();
  await preview.getByRole('button', { name: /Start a conversation/ }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  const snippet = await page.getByRole('region', { name: 'Code for your site' }).textContent();
  expect(snippet).toBe(
    `<script async src="${stack.url}/deskwire.js" data-channel="tea-shop" data-brand="#7a1f5c"></script>`,
  );
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy: Code for your site' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(snippet);
  expect(await agent.threads()).toHaveLength(0);

  const shop = await browser.newContext({ locale: 'en' });
  const visitor = await shop.newPage();
  const address = stack.paste('/tea', snippet);
  await visitor.goto(address);
  const button = visitor.getByRole('button', { name: 'Open chat' });
  expect(await button.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(122, 31, 92)');
  await button.click();
  await expect(panel(visitor).getByRole('heading', { name: 'Welcome to the tea room' })).toBeVisible();
  await start(visitor).click();
  const field = panel(visitor).getByRole('textbox');
  await field.fill('Do you have green tea?');
  await field.press('Enter');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic }] = await agent.threads();
  await expect
    .poll(async () => (await agent.history(topic)).map(({ content }) => content))
    .toContain('Do you have green tea?');

  const elsewhere = await shop.newPage();
  const complaints = [];
  elsewhere.on('console', (line) => complaints.push(line.text()));
  await openChat(elsewhere, address.replace('127.0.0.1', 'localhost'));
  await expect.poll(() => complaints.join()).toContain('frame-ancestors');
  await expect(start(elsewhere)).toHaveCount(0);
  await shop.close();
});

test('a customer who is signed is the same visitor on every device, and agents see it', async ({
  page,
  browser,
}) => {
  const { agent, channel, secret, username } = await bench.team({ channel: { identity: 'required' } });
  await agent.online();
  const visitor = { id: 'c-17', name: 'Mei', signature: hashOf(secret, 'c-17') };
  const address = stack.paste('/signed', pageOf(channel, visitor));
  const [phone, laptop] = [
    await browser.newContext({ locale: 'en' }),
    await browser.newContext({ locale: 'en' }),
  ];
  const first = await phone.newPage();
  await openChat(first, address);
  await start(first).click();
  await panel(first).getByRole('textbox').fill('Where is my order?');
  await panel(first).getByRole('textbox').press('Enter');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const second = await laptop.newPage();
  await openChat(second, address);
  await expect(panel(second).getByRole('log').getByText('Where is my order?')).toBeVisible();
  expect(await agent.threads()).toHaveLength(1);

  await bench.signIn(page, username);
  await page.getByRole('link', { name: /Mei/ }).click();
  const context = page.getByRole('complementary');
  await expect(context.getByText('c-17')).toHaveText('c-17 verified');
  await expect(context.getByText('gold')).toHaveText('gold unverified');
  await phone.close();
  await laptop.close();
});

test('a forged identity is refused, and so is none where it has to be proven', async ({ page }) => {
  const { channel, secret } = await bench.team({ channel: { identity: 'required' } });
  for (const [visitor, code] of [
    [{ id: 'c-18', signature: hashOf(secret, 'c-17') }, 'IDENTITY_REFUSED'],
    [{ id: 'c-18' }, 'IDENTITY_REQUIRED'],
  ]) {
    await openChat(page, stack.paste('/forged', pageOf(channel, visitor)));
    await expect(panel(page).getByRole('heading', { name: 'Chat is not available' })).toBeVisible();
    expect(await page.evaluate(() => window.errors)).toContain(code);
  }
  await openChat(page, stack.paste('/nothing', pageOf('no-such-channel', {})));
  await expect(page.locator('iframe[title="Chat"]')).toBeAttached();
  await expect(start(page)).toHaveCount(0);
});
