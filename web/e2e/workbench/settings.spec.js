// What administrators and agents set, and what comes of it for visitors.

import { WorkbenchStack } from './desk.js';
import { composer, expect, log, online, row, test, working } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

/** The dialog with the settings of a workgroup, for an administrator. */
async function settingsOf(page, workgroup) {
  const { nickname } = await bench.stack.admin.get('/api/v1/workgroup/query/uid', { uid: workgroup });
  await page.goto(`${bench.url}#/admin/groups`);
  await page.getByRole('button', { name: `Settings ${nickname}` }).click();
  return page.getByRole('dialog');
}

const named = (workgroup, name) =>
  bench.stack.admin.post('/api/v1/workgroup/update', { uid: workgroup, name });
const kept = (uid) => bench.stack.admin.get('/api/v1/settings/query', { uid });

test('keywords, hours and rating of a workgroup are set, and nothing else changes', async ({ page }) => {
  const { workgroup, agent } = await bench.team({ settings: { robotIdleMin: 7 } });
  await named(workgroup, 'Care');
  await agent.online();
  await bench.signIn(page, 'admin');
  await online(page);
  const dialog = await settingsOf(page, workgroup);
  await dialog.getByLabel('Visitors who may wait').fill('9');
  await dialog.getByRole('tab', { name: 'Auto-reply' }).click();
  await dialog.getByRole('switch', { name: 'Answer by itself' }).click();
  await dialog.getByText('By keyword').click();
  await dialog.getByRole('button', { name: 'Add a rule' }).click();
  await dialog.getByLabel('Keywords').fill('refund, money back');
  await dialog.getByLabel('Answer', { exact: true }).fill('Refunds take three days.');
  await dialog.getByRole('tab', { name: 'Hours' }).click();
  await dialog.getByLabel('Holidays', { exact: true }).fill('2027-01-01');
  await dialog.getByRole('button', { name: 'Add to Holidays' }).click();
  await dialog.getByRole('tab', { name: 'Rating' }).click();
  await dialog.getByRole('switch', { name: 'Ask for a rating when closing' }).click();
  await dialog.getByLabel('Question').fill('Were we good?');
  await expect(dialog.getByText('Were we good?')).toBeVisible();
  await dialog.getByRole('tab', { name: 'Words' }).click();
  await dialog.getByLabel('Welcome').fill('Hello from care');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await kept(workgroup)).toMatchObject({
    maxWaiting: 9,
    robotIdleMin: 7,
    welcome: 'Hello from care',
    rateOnClose: true,
    rateInvite: 'Were we good?',
    hours: { shifts: [], holidays: ['2027-01-01'] },
    autoReply: { enabled: true, type: 'KEYWORD', rules: [{ keywords: ['refund', 'money back'] }] },
  });
  const visitor = await bench.visitor(workgroup, { name: 'Asks' });
  await visitor.say('I want my MONEY BACK');
  await visitor.hears('Refunds take three days.');
  await agent.offline();
});

test('shifts are added and taken away; overflow leads to another workgroup', async ({ page }) => {
  const { workgroup } = await bench.team();
  const other = await bench.team();
  await named(workgroup, 'Night');
  await named(other.workgroup, 'Day');
  await bench.signIn(page, 'admin');
  await online(page);
  let dialog = await settingsOf(page, workgroup);
  await dialog.getByLabel('Takes over when closed or full').selectOption({ label: 'Day' });
  await dialog.getByRole('tab', { name: 'Hours' }).click();
  await dialog.getByRole('switch', { name: 'Always open' }).click();
  await dialog.getByRole('button', { name: 'Add a shift' }).click();
  await dialog.getByLabel('From').last().fill('22:00');
  await dialog.getByLabel('To', { exact: true }).last().fill('06:00');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { overflow, hours } = await kept(workgroup);
  expect(overflow).toBe(other.workgroup);
  expect(hours.shifts.map(({ from, to }) => [from.slice(0, 5), to.slice(0, 5)])).toEqual([
    ['09:00', '18:00'],
    ['22:00', '06:00'],
  ]);
  dialog = await settingsOf(page, workgroup);
  await dialog.getByLabel('Takes over when closed or full').selectOption({ label: 'Nobody' });
  await dialog.getByRole('tab', { name: 'Hours' }).click();
  await dialog.getByRole('button', { name: 'Remove shift 1' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const after = await kept(workgroup);
  expect([after.overflow, after.hours.shifts.length]).toEqual([null, 1]);
});

test('an agent answers by itself, before the workgroup does', async ({ page }) => {
  const { username, workgroup } = await bench.team({
    settings: { autoReply: { enabled: true, type: 'FIXED', content: 'The team will answer.' } },
  });
  await bench.signIn(page, username);
  await online(page);
  await page.goto(`${bench.url}#/preferences`);
  await page.getByRole('switch', { name: 'Answer by itself' }).click();
  await page.getByLabel('Text', { exact: true }).fill('I am back at two.');
  await page
    .locator('form')
    .filter({ hasText: 'My auto-reply' })
    .getByRole('button', { name: 'Save' })
    .click();
  await page.getByText('Saved').waitFor();
  const visitor = await bench.visitor(workgroup, { name: 'Early' });
  await visitor.say('Anybody?');
  await visitor.hears('I am back at two.');
  expect(JSON.stringify(visitor.conversation.view.messages)).not.toContain('The team');
  await page.reload();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue('I am back at two.');
});

test('a card is kept ready for a workgroup, and sent by its shortcut', async ({ page, browser }) => {
  const { username, workgroup } = await bench.team();
  await named(workgroup, 'Shop');
  await bench.signIn(page, 'admin');
  await online(page);
  await page.goto(`${bench.url}#/canned`);
  await page.getByRole('button', { name: 'New reply' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Product card').click();
  await dialog.getByLabel('For', { exact: true }).selectOption({ label: 'A workgroup' });
  await dialog.getByLabel('Workgroup').selectOption({ label: 'Shop' });
  await dialog.getByLabel('Shortcut').fill('pot');
  await dialog.getByLabel('Title').fill('Celadon teapot');
  await dialog.getByLabel('Price').fill('$38.00');
  await dialog.getByLabel('Link').fill('https://shop.example/pot');
  await expect(dialog.getByText('$38.00')).toBeVisible();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('/pot').waitFor();
  const context = await browser.newContext();
  const desk = await context.newPage();
  await bench.signIn(desk, username);
  await online(desk);
  const visitor = await bench.visitor(workgroup, { name: 'Buyer' });
  await visitor.say('Do you have teapots?');
  await row(desk, 'Buyer').click();
  await composer(desk).fill('/pot');
  await desk.getByRole('option', { name: /Celadon teapot/ }).waitFor();
  await composer(desk).press('Enter');
  await log(desk).getByText('$38.00').waitFor();
  await expect
    .poll(() => visitor.conversation.view.messages.map(({ content }) => content.title))
    .toContain('Celadon teapot');
  await expect(composer(desk)).toHaveValue('');
  await context.close();
});

test('nobody but administrators gets to the settings', async ({ page }) => {
  await working(bench, page, { name: 'Plain' });
  await expect(page.getByRole('link', { name: 'Administration' })).toHaveCount(0);
  await page.goto(`${bench.url}#/board`);
  await page.getByText('You may not see this page').waitFor();
});
