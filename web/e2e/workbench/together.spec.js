// Several at the desk in one conversation.

import { WorkbenchStack } from './desk.js';
import { colleague, composer, expect, log, online, row, test, working } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

const board = async (page, name, action) => {
  await page.getByRole('link', { name: 'Live board' }).click();
  await page.getByRole('row').filter({ hasText: name }).getByRole(action.role, { name: action.name }).click();
};

test('two who answer at once are warned', async ({ page, browser }) => {
  const { visitor } = await working(bench, page, { name: 'Twice' });
  const helper = await bench.team({ name: 'Bob' });
  const bob = await colleague(bench, browser, helper.username);
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('i');
  await page.getByRole('option', { name: /Bob/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  await row(bob.page, 'Twice').click();
  await bob.page.getByRole('button', { name: 'Accept' }).click();
  await composer(bob.page).pressSequentially('I know about this');
  await page.getByText('Bob is answering here too').waitFor();
  await composer(bob.page).press('Enter');
  await visitor.hears('I know about this');
  await log(page).getByText('I know about this').waitFor();
  await bob.page.getByRole('button', { name: 'Leave' }).click();
  await row(bob.page, 'Twice').waitFor({ state: 'detached' });
  await composer(page).fill('Thank you, Bob');
  await composer(page).press('Enter');
  await visitor.hears('Thank you, Bob');
  await bob.close();
});

test('a supervisor watches unseen, whispers, and takes over from an agent at work', async ({
  page,
  browser,
}) => {
  const { visitor } = await working(bench, page, { name: 'Seen' });
  await composer(page).fill('One moment');
  await composer(page).press('Enter');
  await visitor.hears('One moment');
  const boss = await colleague(bench, browser, 'admin');
  await visitor.say('I am waiting');
  await board(boss.page, 'Seen', { role: 'link', name: 'Watch' });
  await log(boss.page).getByText('I am waiting').waitFor();
  await boss.page.getByText('You are watching; the visitor does not see you').waitFor();
  await boss.page.getByRole('textbox', { name: 'Note' }).first().fill('Offer free delivery');
  await boss.page.keyboard.press('Enter');
  await log(page).locator('.note').getByText('Offer free delivery').waitFor();
  const before = visitor.conversation.view;
  expect(JSON.stringify(before.messages)).not.toContain('free delivery');
  // Whoever looks on has read nothing: the visitor would take it for an answer to come.
  expect(JSON.stringify(before)).not.toContain('admin');
  await boss.page.getByRole('button', { name: 'Take over' }).click();
  await composer(boss.page).fill('I am the boss');
  await composer(boss.page).press('Enter');
  await visitor.hears('I am the boss');
  await row(page, 'Seen').waitFor({ state: 'detached' });
  await boss.close();
});

test('quality review: rated conversations are read, and commented for colleagues', async ({
  page,
  browser,
}) => {
  const { visitor } = await working(bench, page, {
    name: 'Rated',
    settings: { rateMinMessages: 1 },
  });
  await composer(page).fill('It is lost');
  await composer(page).press('Enter');
  await visitor.hears('It is lost');
  await visitor.conversation.rate({ score: 1, resolved: false, text: 'Not helpful' });
  await page.getByText('Rated has rated the service').waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('e');
  await expect.poll(() => visitor.conversation.view.status, { timeout: 20_000 }).toBe('closed');
  const boss = await colleague(bench, browser, 'admin');
  await boss.page.getByRole('link', { name: 'Quality review' }).click();
  await row(boss.page, 'Rated').waitFor();
  await boss.page.getByLabel('Which conversations').selectOption({ label: '4–5 stars' });
  await boss.page.getByText('No such conversations').waitFor();
  await boss.page.getByLabel('Which conversations').selectOption({ label: '1–2 stars' });
  await row(boss.page, 'Not helpful').click();
  await log(boss.page).getByText('It is lost').waitFor();
  await boss.page.getByRole('textbox', { name: 'Note' }).first().fill('Ask for the number first');
  await boss.page.keyboard.press('Enter');
  await log(boss.page).locator('.note').getByText('Ask for the number first').waitFor();
  expect(JSON.stringify(visitor.conversation.view)).not.toContain('number first');
  await boss.close();
});

test('the seat of an administrator is online after signing in, and what the board says agrees', async ({
  page,
}) => {
  await bench.signIn(page, 'admin');
  await online(page);
  await page.getByRole('link', { name: 'Live board' }).click();
  const load = page.locator('.load-row').filter({ hasText: bench.stack.admin.user.nickname });
  await expect(load).toContainText('Online');
  // It stays so when the board is read again.
  await page.waitForResponse((response) => response.url().includes('/api/v1/agent/query/org'));
  await expect(load).toContainText('Online');
  await online(page);
});
