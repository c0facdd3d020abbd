// Questions that visitors are offered, and ratings that they give: what is kept, found and counted.

import { WorkbenchStack } from './desk.js';
import { expect, online, test } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

test('a question is written, offered to visitors, answered, changed and taken away', async ({ page }) => {
  const { workgroup, agent } = await bench.team();
  await bench.stack.admin.post('/api/v1/workgroup/update', { uid: workgroup, name: 'Care' });
  await agent.online();
  await bench.signIn(page, 'admin');
  await online(page);
  await page.goto(`${bench.url}#/admin/faqs`);
  await page.getByLabel('Workgroup').selectOption({ label: 'Care' });
  await page.getByText('No questions yet').waitFor();
  await page.getByRole('button', { name: 'New question' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Question').fill('Where is my parcel?');
  await dialog.getByLabel('Answer').fill('On its way.');
  await dialog.getByLabel('Folder').fill('Parcels');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect(page.getByRole('listitem')).toContainText(['Where is my parcel?']);
  await expect(page.getByRole('listitem').getByText('Asked 0 times')).toBeVisible();

  const visitor = await bench.visitor(workgroup, { name: 'Mei' });
  const offered = () =>
    visitor.conversation.view.messages.flatMap(({ content }) =>
      content.type === 'welcome' ? content.faqs.map(({ question }) => question) : [],
    );
  await expect.poll(offered).toContain('Where is my parcel?');

  await page.getByRole('button', { name: 'Edit Where is my parcel?' }).click();
  await dialog.getByRole('switch', { name: 'Offered with the welcome' }).click();
  await dialog.getByLabel('Answer').fill('It came yesterday.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('It came yesterday.').waitFor();
  await expect(page.getByRole('listitem').getByText('Welcome', { exact: true })).toHaveCount(0);
  await page.getByRole('searchbox').fill('nothing like it');
  await page.getByRole('searchbox').press('Enter');
  await page.getByText('No question fits').waitFor();
  await page.getByRole('searchbox').fill('yesterday');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('button', { name: 'Remove Where is my parcel?' }).click();
  await expect(page.getByRole('listitem')).toHaveCount(0);
  await agent.offline();
});

test('ratings are found by agent and by day', async ({ page }) => {
  const teams = [
    await bench.team({ name: 'Ann', settings: { rateMinMessages: 1 } }),
    await bench.team({ name: 'Bo', settings: { rateMinMessages: 1 } }),
  ];
  for (const [index, { workgroup, agent }] of teams.entries()) {
    await agent.online();
    const visitor = await bench.visitor(workgroup, { name: `Visitor ${index}` });
    await visitor.say('Hello');
    await agent.say(visitor.topic, 'Hello!');
    await visitor.conversation.rate({ score: 5 - index, text: `Rated ${index}` });
  }
  await bench.signIn(page, 'admin');
  await online(page);
  await page.goto(`${bench.url}#/ratings`);
  await expect(async () => {
    await page.reload();
    await expect(page.locator('.rating-row')).toHaveCount(2, { timeout: 2000 });
  }).toPass();
  await page.getByRole('combobox').selectOption({ label: 'Bo' });
  await expect(page.locator('.rating-row')).toHaveText([/Rated 1/]);
  await expect(page.getByRole('definition').first()).toHaveText('4.0');
  await page.getByLabel('From').fill('2001-01-01');
  await page.getByLabel('Until').fill('2001-01-02');
  await page.getByText('No ratings yet').waitFor();
  for (const { agent } of teams) {
    await agent.offline();
  }
});
