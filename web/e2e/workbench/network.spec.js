// An agent behind networks that block, delay and break, and pages that go and come back.

import { WorkbenchStack } from './desk.js';
import { composer, expect, log, online, row, test, working } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

/** What the visitor has heard from somebody else, in its order. */
const heard = (visitor) =>
  visitor.conversation.view.messages
    .filter(({ mine, content }) => !mine && content.type === 'text')
    .map(({ content }) => content.text);

async function say(page, text) {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Has both sides speak, and looks at what each of them has. */
async function bothSpeak(page, visitor) {
  await say(page, 'one');
  await say(page, 'two');
  await visitor.hears('two');
  await visitor.say('I can hear you');
  for (const text of ['one', 'two', 'I can hear you']) {
    await expect(log(page).getByText(text, { exact: true })).toHaveCount(1);
  }
  expect(heard(visitor).slice(-2)).toEqual(['one', 'two']);
  await expect(log(page).getByLabel('Sending')).toHaveCount(0);
}

test('a network that blocks WebSocket leaves another way', async ({ page }) => {
  const used = new Set();
  await page.routeWebSocket(/\/stomp/, (socket) => socket.close());
  await page.route(/\/xhr\w*$/, (route) => {
    used.add(new URL(route.request().url()).pathname.split('/').at(-1));
    return route.continue();
  });
  const { visitor } = await working(bench, page);
  await bothSpeak(page, visitor);
  expect([...used].sort()).toEqual(['xhr_send', 'xhr_streaming']);
});

test('a network that blocks all but plain requests leaves an agent at work', async ({ page }) => {
  await page.routeWebSocket(/\/stomp/, (socket) => socket.close());
  await page.route(/\/stomp\//, (route) => route.abort());
  const { workgroup, username } = await bench.team();
  const isThere = async () => (await bench.stack.admin.get(`/api/v1/connection/presence/${username}`)).online;
  await bench.signIn(page, username);
  await online(page);
  await expect.poll(isThere, { timeout: 30_000 }).toBe(true);
  const visitor = await bench.visitor(workgroup, { name: 'Vera' });
  await visitor.say('Where is my parcel?');
  await row(page, 'Vera').click();
  await log(page).getByText('Where is my parcel?').waitFor();
  await bothSpeak(page, visitor);
  // Nothing of a second one is open here: its row comes by asking.
  const second = await bench.visitor(workgroup, { name: 'Wim' });
  await second.say('And mine?');
  await expect(row(page, 'Wim')).toContainText('And mine?');
  await second.say('Never mind.');
  await expect(row(page, 'Wim')).toContainText('Never mind.');
  // Whoever leaves is gone long before the server would give up waiting.
  await page.reload();
  await row(page, 'Wim').waitFor();
  await expect.poll(isThere, { timeout: 30_000 }).toBe(true);
  await page.close();
  await expect.poll(isThere).toBe(false);
});

test('a slow link keeps the order, and shows nothing twice', async ({ page }) => {
  let delay = 0;
  await page.routeWebSocket(/\/stomp/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => setTimeout(() => server.send(frame), delay));
    server.onMessage((frame) => setTimeout(() => socket.send(frame), delay));
  });
  const { visitor } = await working(bench, page);
  delay = 1_000;
  for (const text of ['one', 'two', 'three']) {
    await say(page, text);
    await visitor.say(`${text}?`);
  }
  await visitor.hears('three');
  await log(page).getByText('three?', { exact: true }).waitFor();
  expect(heard(visitor).slice(-3)).toEqual(['one', 'two', 'three']);
  for (const text of ['one', 'one?', 'two', 'two?', 'three', 'three?']) {
    await expect(log(page).getByText(text, { exact: true })).toHaveCount(1);
  }
});

test('a reload in mid-send sends the rest, and what the server has had already stays one', async ({
  page,
}) => {
  let lost = { up: false, down: false };
  await page.routeWebSocket(/\/stomp/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((frame) => lost.up || server.send(frame));
    server.onMessage((frame) => lost.down || socket.send(frame));
  });
  const { visitor } = await working(bench, page);
  // The first one arrives, though nobody hears of it; the second one does not get away at all.
  lost = { up: false, down: true };
  await say(page, 'arrived');
  await visitor.hears('arrived');
  lost = { up: true, down: true };
  await say(page, 'held back');
  await log(page).getByText('held back').waitFor();
  lost = { up: false, down: false };
  await page.reload();
  await visitor.hears('held back');
  for (const text of ['arrived', 'held back']) {
    await expect(log(page).getByText(text)).toHaveCount(1);
  }
  expect(heard(visitor).slice(-2)).toEqual(['arrived', 'held back']);
  await expect(log(page).getByLabel('Sending')).toHaveCount(0);
});

test('a page out of the back/forward cache works on', async ({ page }) => {
  const { visitor } = await working(bench, page);
  await page.evaluate(() => (window.mark = true));
  await page.goto(`${bench.stack.url}/demo/`);
  await visitor.say('meanwhile');
  await page.evaluate(() => history.back());
  await page.waitForURL(/agent/, { waitUntil: 'commit' });
  expect(await page.evaluate(() => window.mark)).toBe(true);
  await expect(log(page).getByText('meanwhile')).toHaveCount(1);
  await say(page, 'back again');
  await visitor.hears('back again');
  await row(page, 'Vera').waitFor();
});

test('a part of the page that does not come says so, and comes when it is asked for again', async ({
  page,
}) => {
  await working(bench, page);
  const transfer = page.getByRole('button', { name: 'Transfer', exact: true });
  const ratings = page.getByRole('link', { name: 'Ratings' });
  const failed = page.getByText('Loading failed');
  await page.route('**/agent/assets/*.js', (route) => route.abort());
  await transfer.click();
  await expect(failed).toHaveCount(1);
  await ratings.click();
  await expect(failed).toHaveCount(2);
  await expect(composer(page)).toBeVisible();
  await page.unroute('**/agent/assets/*.js');
  await transfer.click();
  await page.getByRole('dialog', { name: 'Transfer conversation' }).waitFor();
  await page.keyboard.press('Escape');
  await ratings.click();
  await page.getByRole('heading', { name: 'Ratings' }).waitFor();
});
