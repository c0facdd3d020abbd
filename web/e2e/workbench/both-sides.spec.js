// A visitor and the agents each in a browser of their own: what one does, the other sees, in every language, mode and width.

import { PASSWORD } from '../stack.js';
import { look } from '../look.js';
import { words as visitorWords } from '../words.js';
import { WorkbenchStack } from './desk.js';
import { expect, log, test, watchConsole } from './page.js';
import { words } from './words.js';

let bench;
let t;
let v;
let lang;
let locale;

test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());
test.beforeEach(({ locale: given }) => {
  locale = given;
  lang = locale === 'zh-CN' ? 'zh' : 'en';
  t = words[lang];
  v = visitorWords[lang];
});

const composer = (page) => page.getByRole('textbox', { name: t.reply, exact: true });
const go = (page, path) => page.evaluate((to) => void (location.hash = to), path);

/** Somebody with a browser of its own, set as the project is. */
async function somebody(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const told = watchConsole(page);
  return {
    page,
    async close() {
      expect(told).toEqual([]);
      await context.close();
    },
  };
}

/** The workbench of an agent who is online. */
async function atDesk(page, username) {
  await bench.signIn(page, username, t.signIn);
  await page.getByRole('button', { name: new RegExp(t.online) }).waitFor();
}

async function say(page, field, text) {
  await field.fill(text);
  await field.press('Enter');
  await expect(log(page).getByText(text)).toHaveCount(1);
}

test('a conversation from the queue to its rating', async ({ page, browser }) => {
  test.slow();
  const { channel, username } = await bench.team({
    name: t.agents[0],
    channel: { title: t.shop, greeting: t.greeting, askName: true },
    settings: { routing: 'MANUAL' },
  });
  await atDesk(page, username);
  const colleague = await bench.team({ name: t.agents[1] });
  const other = await somebody(browser);
  await atDesk(other.page, colleague.username);

  // The visitor says who it is, waits, and writes meanwhile.
  const visitor = await somebody(browser);
  await visitor.page.goto(`${bench.stack.url}/chat/?channel=${channel}&lang=${locale}`);
  await visitor.page.getByRole('button', { name: v.start }).click();
  await visitor.page.getByLabel(v.name).fill(t.names[0]);
  await visitor.page.getByRole('button', { name: v.startNow }).click();
  await expect(visitor.page.getByRole('heading', { name: v.queue })).toBeVisible();
  const field = visitor.page.getByRole('textbox', { name: v.write });
  await say(visitor.page, field, v.question);

  await go(page, '/queue');
  await expect(page.getByRole('listitem').filter({ hasText: t.names[0] })).toContainText(v.question);
  await page.getByRole('button', { name: t.next, exact: true }).click();
  await log(page).getByText(v.question).waitFor();
  await expect(visitor.page.getByRole('heading', { name: t.agents[0] })).toBeVisible();
  await say(page, composer(page), v.answer);
  await log(visitor.page).getByText(v.answer).waitFor();
  await log(page).getByText(t.read, { exact: true }).waitFor();
  await log(visitor.page).getByText(t.read, { exact: true }).waitFor();

  // A picture from one side, an order from the other.
  await visitor.page.locator('input[type=file]').setInputFiles({
    name: 'tea.png',
    mimeType: 'image/png',
    buffer: await log(visitor.page).screenshot(),
  });
  await log(visitor.page).locator('img').waitFor();
  await log(page)
    .getByRole('link', { name: /tea\.png/ })
    .waitFor();
  await page.getByRole('button', { name: t.card }).click();
  await page.getByLabel(t.item).fill(v.teapot);
  await page.getByLabel(t.price).fill('268.00');
  await look(page, '70-order-card');
  await page.getByRole('button', { name: t.sendCard }).click();
  await visitor.page.getByRole('button', { name: v.pay }).click();
  await expect(log(visitor.page).getByText(v.paid, { exact: true })).toBeVisible();
  await expect(log(page).getByText(t.paid, { exact: true })).toBeVisible();
  await look(page, '71-talk');
  await look(visitor.page, 'talk');

  // It is passed on, with a word for the colleague alone.
  await page.getByRole('button', { name: t.transfer, exact: true }).click();
  await page.getByRole('option', { name: new RegExp(t.agents[1]) }).click();
  await page.getByLabel(t.transferNote).fill(t.note);
  await page.getByRole('dialog').getByRole('button', { name: t.transfer }).click();
  await page.getByText(t.pending).waitFor();
  await other.page.getByRole('link', { name: new RegExp(t.names[0]) }).click();
  await other.page.getByText(t.note).first().waitFor();
  await look(other.page, '72-transfer-offered');
  await other.page.getByRole('button', { name: t.accept, exact: true }).click();
  await expect(visitor.page.getByRole('heading', { name: t.agents[1] })).toBeVisible();
  await say(other.page, composer(other.page), v.another);
  await log(visitor.page).getByText(v.another).waitFor();
  await expect(log(visitor.page).getByText(t.note)).toHaveCount(0);

  // It ends, and the visitor says how it was.
  await other.page.getByRole('button', { name: t.end, exact: true }).click();
  await expect(visitor.page.getByText(v.ended, { exact: true })).toBeVisible({ timeout: 20_000 });
  await visitor.page.getByRole('button', { name: v.rate }).click();
  await visitor.page.getByRole('radio', { name: v.good, exact: true }).check({ force: true });
  const told = other.page.getByText(t.rated).waitFor();
  await visitor.page.getByRole('button', { name: v.sendRating }).click();
  await expect(visitor.page.getByText(v.thanks)).toBeVisible();
  await told;

  await visitor.close();
  await other.close();
});

test('a message that is left is answered where the visitor finds it', async ({ page, browser }) => {
  const { channel, username } = await bench.team({
    name: t.agents[0],
    channel: { title: t.shop, greeting: t.greeting },
  });
  const visitor = await somebody(browser);
  await visitor.page.goto(`${bench.stack.url}/chat/?channel=${channel}&lang=${locale}`);
  await visitor.page.getByRole('button', { name: v.start }).click();
  await visitor.page.getByLabel(v.leaveText).fill(v.question);
  await visitor.page.getByLabel(v.contact).fill('ann@example.com');
  await visitor.page.getByRole('button', { name: v.leave }).click();
  await expect(visitor.page.getByText(v.left)).toBeVisible();

  await page.goto(bench.url);
  await page.getByLabel(t.signIn.user).fill(username);
  await page.getByLabel(t.signIn.password).fill(PASSWORD);
  await page.getByRole('button', { name: t.signIn.submit }).click();
  await page.getByRole('navigation').first().waitFor();
  await go(page, '/left');
  await page.getByRole('button', { name: new RegExp(v.question.slice(0, 6)) }).click();
  await page.getByText('ann@example.com').waitFor();
  await page.getByLabel(t.leftAnswer).fill(v.answer);
  await page.getByRole('button', { name: t.sendAnswer }).click();
  await expect(log(visitor.page).getByText(v.answer)).toHaveCount(1);
  // Who comes back later finds it on the first screen.
  await visitor.page.reload();
  await visitor.page.getByRole('button', { name: new RegExp(v.answer.slice(0, 6)) }).click();
  await expect(log(visitor.page).getByText(v.answer)).toHaveCount(1);
  await visitor.close();
});
