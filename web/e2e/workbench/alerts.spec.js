// What draws attention while nobody looks: the title, a sound, a notification, and from one tab only.

import { WorkbenchStack } from './desk.js';
import { expect, log, online, row, test } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

/** Nobody looks at the page, and what it rings and shows is kept in `window.alerts`. */
function unwatched() {
  window.alerts = { rung: 0, shown: [] };
  Object.defineProperty(document, 'hasFocus', { value: () => false });
  window.AudioContext = class extends window.AudioContext {
    constructor() {
      super();
      window.alerts.rung += 1;
    }
  };
  window.Notification = class {
    static permission = 'granted';
    static requestPermission = () => Promise.resolve('granted');
    constructor(title, options) {
      window.alerts.shown.push(this);
      Object.assign(this, { title, ...options });
    }
    close() {
      this.closed = true;
    }
  };
}

const alerts = (page) =>
  page.evaluate(() => ({
    rung: window.alerts.rung,
    shown: window.alerts.shown.map(({ title, body, tag }) => ({ title, body, tag })),
  }));

test('sound and notifications are off until they are asked for', async ({ page }) => {
  await page.addInitScript(unwatched);
  const { username, workgroup } = await bench.team();
  await bench.signIn(page, username);
  await online(page);
  const visitor = await bench.visitor(workgroup, { name: 'Quiet' });
  await visitor.say('Hello');
  await expect(page).toHaveTitle(/^\(\d+\)/);
  await row(page, 'Quiet').waitFor();
  expect(await alerts(page)).toEqual({ rung: 0, shown: [] });
});

test('one tab of several rings and notifies; the notification leads to the conversation', async ({
  context,
  page,
}) => {
  await context.addInitScript(unwatched);
  const { username, workgroup } = await bench.team();
  await bench.signIn(page, username);
  await online(page);
  await page.goto(`${bench.url}#/preferences`);
  await page.getByRole('switch', { name: 'Sound for new messages' }).click();
  await page.getByRole('switch', { name: 'Desktop notifications' }).click();
  const rungBefore = (await alerts(page)).rung;
  const second = await context.newPage();
  await second.goto(bench.url);
  await online(second);
  const visitor = await bench.visitor(workgroup, { name: 'Loud' });
  await visitor.say('Is anybody there?');
  await row(second, 'Loud').waitFor();
  const all = async () => [await alerts(page), await alerts(second)];
  await expect.poll(async () => (await all()).flatMap(({ shown }) => shown).length).toBe(1);
  const told = await all();
  const [shown] = told.flatMap((one) => one.shown);
  expect(shown).toMatchObject({
    title: 'New message from Loud',
    body: 'Is anybody there?',
    tag: visitor.topic,
  });
  expect(told.reduce((sum, { rung }) => sum + rung, 0)).toBe(rungBefore + 1);
  const leader = told[0].shown.length > 0 ? page : second;
  await leader.evaluate(() => window.alerts.shown[0].onclick());
  await log(leader).getByText('Is anybody there?').waitFor();

  // The other tab takes over when the one that led is closed.
  const other = leader === page ? second : page;
  await leader.close();
  const again = async () => {
    await visitor.say('Still there?');
    return (await alerts(other)).shown.length;
  };
  await expect.poll(again, { timeout: 20_000 }).toBeGreaterThan(0);
});

test('what is read in one tab is read in the other', async ({ context, page }) => {
  const { username, workgroup } = await bench.team();
  await bench.signIn(page, username);
  await online(page);
  const second = await context.newPage();
  await second.goto(bench.url);
  await online(second);
  const visitor = await bench.visitor(workgroup, { name: 'Both' });
  await visitor.say('Hello');
  await expect(second).toHaveTitle(/^\(\d+\)/);
  await row(page, 'Both').click();
  await log(page).getByText('Hello').waitFor();
  await expect(second).toHaveTitle('Deskwire workbench');
});
