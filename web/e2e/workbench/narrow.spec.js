// On a phone there is the list or the conversation, and the context lies over it.

import { WorkbenchStack } from './desk.js';
import { composer, expect, log, online, row, test } from './page.js';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

const sideways = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('list and conversation take turns', async ({ page }) => {
  const { username, workgroup } = await bench.team();
  await bench.signIn(page, username);
  await online(page);
  const visitor = await bench.visitor(workgroup, { name: 'Phone' });
  await visitor.say('Hello from my phone');
  await row(page, 'Phone').tap();
  await log(page).getByText('Hello from my phone').waitFor();
  await expect(row(page, 'Phone')).toBeHidden();
  await composer(page).fill('Hello');
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
  await visitor.hears('Hello');
  await page.getByRole('button', { name: 'Visitor', exact: true }).tap();
  const context = page.getByRole('complementary', { name: 'Visitor' });
  await context.getByLabel('Add a tag').fill('phone');
  await context.getByLabel('Add a tag').press('Enter');
  await context.getByText('phone', { exact: true }).waitFor();
  await context.getByRole('button', { name: 'Close', exact: true }).tap();
  expect(await sideways(page)).toBe(0);
  await page.getByRole('button', { name: 'Back to the list' }).tap();
  await expect(log(page)).toHaveCount(0);
  await row(page, 'Phone').waitFor();
});

test('every page is reached, and none is wider than the screen', async ({ page }) => {
  await bench.signIn(page, 'admin');
  await online(page);
  for (const name of [
    'Canned replies',
    'Ratings',
    'Live board',
    'Quality review',
    'Reports',
    'Administration',
    'Preferences',
  ]) {
    await page.getByRole('button', { name: /Online/ }).tap();
    await page.getByRole('menuitem', { name }).tap();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await sideways(page), name).toBe(0);
  }
});
