// Stories at the desk, with the visitor's side driven by the SDK.

import { composer, expect, log, online, row, test, working } from './page.js';
import { WorkbenchStack } from './desk.js';

let bench;

test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

test('a wrong password is refused, a session outlives a reload, signing out ends it', async ({ page }) => {
  const { username } = await bench.team();
  await page.goto(bench.url);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText(/not right/);
  await bench.signIn(page, username);
  await online(page);
  await page.reload();
  await online(page);
  await page.getByRole('button', { name: /Online/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('both sides talk: words, receipts, typing, notes that stay inside', async ({ page }) => {
  const { visitor } = await working(bench, page);
  await expect(page).toHaveTitle('Deskwire workbench');
  visitor.conversation.typing();
  await page.getByText('Vera is writing…').waitFor();
  await composer(page).fill('Let me look.');
  await page.keyboard.press('Enter');
  await visitor.hears('Let me look.');
  visitor.conversation.markRead();
  await log(page).getByText('Read', { exact: true }).waitFor();
  await page.getByText('Note', { exact: true }).first().click();
  await page.getByRole('textbox', { name: 'Note' }).first().fill('Held at customs');
  await page.keyboard.press('Enter');
  await log(page).locator('.note').getByText('Held at customs').waitFor();
  await page.getByText('Reply', { exact: true }).click();
  await composer(page).fill('It comes tomorrow.');
  await page.keyboard.press('Enter');
  await visitor.hears('tomorrow');
  expect(JSON.stringify(visitor.conversation.view.messages)).not.toContain('customs');
  await page.reload();
  await log(page).getByText('It comes tomorrow.').waitFor();
  await expect(log(page).getByText('Let me look.')).toHaveCount(1);
});

test('a message is quoted, edited and recalled', async ({ page }) => {
  const { visitor } = await working(bench, page);
  const actions = async (text, item) => {
    const message = page.getByRole('article').filter({ hasText: text }).last();
    await message.hover();
    await message.getByRole('button', { name: 'Message actions' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await actions('Where is my parcel?', 'Quote');
  await composer(page).fill('On its way');
  await page.keyboard.press('Enter');
  await visitor.hears('On its way');
  await actions('On its way', 'Recall');
  await log(page)
    .getByText(/recalled/i)
    .waitFor();
  await composer(page).fill('Tomorow');
  await page.keyboard.press('Enter');
  await visitor.hears('Tomorow');
  await composer(page).press('ArrowUp');
  await composer(page).fill('Tomorrow');
  await page.keyboard.press('Enter');
  await visitor.hears('Tomorrow');
  await log(page).getByText('Tomorrow').waitFor();
});

test('Enter belongs to an input method while it composes', async ({ page }) => {
  await working(bench, page);
  await composer(page).fill('ni hao');
  await composer(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
  await expect(composer(page)).toHaveValue('ni hao');
  await composer(page).press('Shift+Enter');
  await expect(composer(page)).toHaveValue('ni hao\n');
});

test('canned replies, files and cards', async ({ page }) => {
  const { visitor, agent } = await working(bench, page);
  await agent.post('/api/v1/quickreply/create', {
    shortcut: 'hi',
    title: 'Greeting',
    content: 'Hello {visitor}!',
  });
  await composer(page).fill('/h');
  await page.getByRole('option', { name: /Greeting/ }).waitFor();
  await composer(page).press('Enter');
  await expect(composer(page)).toHaveValue('Hello Vera!');
  await composer(page).press('Enter');
  await visitor.hears('Hello Vera!');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'label.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n') });
  await log(page).getByText('label.csv').waitFor();
  await page.getByRole('button', { name: 'Send an order card' }).click();
  await page.getByLabel('Item').fill('Teapot');
  await page.getByLabel('Price').fill('38.00');
  await page.getByRole('button', { name: 'Send card' }).click();
  await log(page).getByText('To be paid within').waitFor();
  await expect
    .poll(() =>
      visitor.conversation.view.messages.filter(({ mine }) => !mine).map(({ content }) => content.type),
    )
    .toEqual(expect.arrayContaining(['file', 'order-card']));
});

test('closing can be taken back for five seconds; a closed conversation is picked up again', async ({
  page,
}) => {
  const { visitor } = await working(bench, page);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row(page, 'Vera').waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Ask to continue' }).click({ timeout: 20_000 });
  expect(visitor.conversation.view.status).toBe('closed');
  await page.getByText('asked to continue').first().waitFor();
});

test('by keys alone: take the next, move, reply', async ({ page }) => {
  const { workgroup, username } = await bench.team({ capacity: 2 });
  await bench.stack.admin.post('/api/v1/settings/update', {
    uid: workgroup,
    settings: { routing: 'MANUAL' },
  });
  await bench.signIn(page, username);
  await online(page);
  const first = await bench.visitor(workgroup, { name: 'First' });
  await first.say('one');
  await bench.visitor(workgroup, { name: 'Second' });
  await page.getByRole('link', { name: '2 visitors wait', exact: true }).waitFor({ timeout: 20_000 });
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('w');
  await page.getByRole('heading', { name: 'First' }).first().waitFor();
  await page.keyboard.press('w');
  await page.getByRole('heading', { name: 'Second' }).first().waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'First' }).first().waitFor();
  await page.keyboard.press('l');
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type('hello, jk?');
  await page.keyboard.press('Enter');
  await first.hears('hello, jk?');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).waitFor();
  await page.keyboard.type('Ratings');
  await page.getByRole('option', { name: 'Ratings' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Ratings' }).waitFor();
});

test('a conversation is transferred and goes on with the colleague', async ({ page, browser }) => {
  const { visitor } = await working(bench, page);
  const colleague = await bench.team({ name: 'Bob' });
  const context = await browser.newContext();
  const other = await context.newPage();
  await bench.signIn(other, colleague.username);
  await online(other);
  await page.getByRole('button', { name: 'Transfer', exact: true }).click();
  await page.getByRole('option', { name: /Bob/ }).click();
  await page.getByLabel('Note for the colleague').fill('Speaks German');
  await page.getByRole('dialog').getByRole('button', { name: 'Transfer' }).click();
  await page.getByText('Waiting for Bob to take it').waitFor();
  await row(other, 'Vera').click();
  await other.getByText('wants to transfer this to you').waitFor();
  await other.getByText('Speaks German').first().waitFor();
  await other.getByRole('button', { name: 'Accept' }).click();
  await composer(other).fill('Guten Tag');
  await composer(other).press('Enter');
  await visitor.hears('Guten Tag');
  await context.close();
});

test('tags, note and details of a visitor are kept', async ({ page }) => {
  await working(bench, page);
  const context = page.getByRole('complementary', { name: 'Visitor' });
  await context.getByLabel('Add a tag').fill('vip');
  await context.getByLabel('Add a tag').press('Enter');
  await context.getByRole('button', { name: 'Remove tag vip' }).waitFor();
  await context.getByRole('button', { name: 'Edit' }).click();
  await context.getByLabel('Mobile').fill('13800001234');
  await context.getByRole('button', { name: 'Save' }).click();
  await context.getByText('13800001234').waitFor();
  await page.reload();
  await context.getByRole('button', { name: 'Remove tag vip' }).waitFor();
});

test('a left message is answered in the conversation of the visitor', async ({ page }) => {
  const { visitor } = await working(bench, page);
  await visitor.conversation.leaveMessage({ text: 'Call me back', name: 'Vera', contact: '1380000' });
  await page.getByRole('link', { name: /Left messages/ }).click();
  await page.getByRole('button', { name: /Call me back/ }).click();
  await page.getByLabel('Answer').fill('We will call at nine');
  await page.getByRole('button', { name: 'Send answer' }).click();
  await visitor.hears('We will call at nine');
});

test('a supervisor watches unseen, whispers, and takes over', async ({ page }) => {
  const { workgroup, agent } = await bench.team({ name: 'Cleo' });
  await agent.online();
  const visitor = await bench.visitor(workgroup, { name: 'Watched' });
  await visitor.say('Anybody?');
  await bench.signIn(page, 'admin');
  await online(page);
  await page.getByRole('link', { name: 'Live board' }).click();
  await page.getByRole('row').filter({ hasText: 'Watched' }).getByRole('link', { name: 'Watch' }).click();
  await log(page).getByText('Anybody?').waitFor();
  await page.getByRole('textbox', { name: 'Note' }).first().fill('Offer a refund');
  await page.keyboard.press('Enter');
  await log(page).getByText('Offer a refund').waitFor();
  expect(JSON.stringify(visitor.conversation.view.messages)).not.toContain('refund');
  await page.getByRole('button', { name: 'Take over' }).click();
  await composer(page).fill('I am here now');
  await composer(page).press('Enter');
  await visitor.hears('I am here now');
  await agent.offline();
});

test('the server is killed in mid-send: nothing is lost, nothing is doubled', async ({ page }) => {
  const { visitor } = await working(bench, page);
  await bench.stack.server.kill();
  for (const text of ['first after', 'second after', 'third after']) {
    await composer(page).fill(text);
    await composer(page).press('Enter');
  }
  await page
    .getByText(/Connecting|Connection lost|try|retry/i)
    .first()
    .waitFor();
  await bench.stack.server.restart();
  await visitor.hears('third after');
  for (const text of ['first after', 'second after', 'third after']) {
    await expect(log(page).getByText(text)).toHaveCount(1);
    const heard = visitor.conversation.view.messages.filter(({ content }) => content.text === text);
    expect(heard).toHaveLength(1);
  }
  await expect(log(page).getByLabel('Sending')).toHaveCount(0);
});
