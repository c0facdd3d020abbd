// The desk without a mouse: from the sign-in to the end of a conversation.

import { tabTo } from '../keys.js';
import { PASSWORD } from '../stack.js';
import { WorkbenchStack } from './desk.js';
import { colleague, composer, expect, log, online, row, test, working } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

const blur = (page) => page.evaluate(() => document.activeElement?.blur());

test('signing in, opening, quoting, the seat, closing and taking it back', async ({ page }) => {
  const { username, workgroup } = await bench.team();
  await page.goto(bench.url);
  await expect(page.getByLabel('User name')).toBeFocused();
  await page.keyboard.type(username);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await online(page);
  const visitor = await bench.visitor(workgroup, { name: 'Keyed' });
  await visitor.say('Where is it?');
  await row(page, 'Keyed').waitFor();
  await tabTo(page, row(page, 'Keyed'));
  await page.keyboard.press('Enter');
  await log(page).getByText('Where is it?').waitFor();

  // The log is one stop; arrows move among messages, and their actions follow the message.
  await tabTo(page, log(page));
  await page.keyboard.press('ArrowUp');
  const message = page.getByRole('article').filter({ hasText: 'Where is it?' });
  await expect(message).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(message.getByRole('button', { name: 'Message actions' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Quote' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type('On its way');
  await page.keyboard.press('Enter');
  await visitor.hears('On its way');
  await expect(composer(page)).toBeFocused();

  // Within the composer the same commands have Alt.
  await page.keyboard.press('Alt+n');
  await expect(page.getByRole('textbox', { name: 'Note' }).first()).toBeFocused();
  await page.keyboard.press('Alt+l');
  await expect(composer(page)).toBeFocused();

  const seat = page.getByRole('button', { name: /Online/ });
  await tabTo(page, seat, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Busy' }).waitFor();
  await page.keyboard.press('b');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /Busy/ }).waitFor();

  await blur(page);
  await page.keyboard.press('e');
  await tabTo(page, page.getByRole('button', { name: 'Undo' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await row(page, 'Keyed').waitFor();
  expect(visitor.conversation.view.status).toBe('chatting');
});

test('a transfer is given and taken by keys; dialogs give the focus back', async ({ page, browser }) => {
  const { visitor } = await working(bench, page, { name: 'Handed' });
  const team = await bench.team({ name: 'Zoe' });
  const zoe = await colleague(bench, browser, team.username);
  const button = page.getByRole('button', { name: 'Transfer', exact: true });
  await tabTo(page, button);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByLabel('Find a colleague or workgroup').waitFor();
  await page.keyboard.type('Zoe');
  await page.getByRole('option', { name: /Zoe/ }).waitFor();
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Transfer' }));
  await page.keyboard.press('Enter');
  await page.getByText('Waiting for Zoe to take it').waitFor();
  await row(zoe.page, 'Handed').waitFor();
  await blur(zoe.page);
  await zoe.page.keyboard.press('j');
  await tabTo(zoe.page, zoe.page.getByRole('button', { name: 'Accept' }));
  await zoe.page.keyboard.press('Enter');
  await expect(composer(zoe.page)).toBeFocused();
  await zoe.page.keyboard.type('Zoe here');
  await zoe.page.keyboard.press('Enter');
  await visitor.hears('Zoe here');
  await zoe.close();
});

test('single keys can be switched off, and never act while a text is written', async ({ page }) => {
  await working(bench, page, { name: 'Typed' });
  await composer(page).fill('');
  await composer(page).pressSequentially('jket?');
  await expect(composer(page)).toHaveValue('jket?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goto(`${bench.url}#/preferences`);
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).click();
  await blur(page);
  await page.keyboard.press('?');
  await page.keyboard.press('/');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Preferences' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).waitFor();
});
