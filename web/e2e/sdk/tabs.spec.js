// The SDK in a real browser: its database, its locks, its channel between tabs, and pages that come and go.

import { expect, test } from '@playwright/test';
import { call } from '../agent.js';
import { doubled, inDatabase, open, saidBy, say, shown, startPages, stored } from './pages.js';

let pages;
test.beforeAll(async () => {
  pages = await startPages();
});
test.afterAll(() => pages?.stop());

/** A tab of a new visitor, whom an agent has. */
async function chatting(page) {
  const { agent, workgroup } = await pages.stack.desk();
  await agent.online();
  const topic = await open(page, pages.url, { workgroup });
  return { agent, topic };
}

const server = () => pages.stack.server;
const leads = (page) => page.evaluate(() => window.chat.leader);
const sent = (texts) => texts.map((text) => [text, false]);
const numbers = (count, from = 0) => Array.from({ length: count }, (_, index) => `m${from + index}`);

/** Everything is on the server once, and on each page once. */
async function expectOnce(agent, topic, texts, ...tabs) {
  await expect.poll(() => saidBy(agent, topic), { timeout: 60_000 }).toEqual(texts);
  for (const tab of tabs) {
    await expect.poll(() => shown(tab)).toEqual(sent(texts));
    expect(await doubled(tab)).toEqual([]);
  }
  await expect.poll(() => stored(tabs[0])).toBe(0);
}

test('what a closed tab could not send is sent once by the one that leads', async ({ page, context }) => {
  const { agent, topic } = await chatting(page);
  const other = await context.newPage();
  await open(other, pages.url, { topic });
  await expect.poll(() => leads(page)).toBe(true);
  expect(await leads(other)).toBe(false);
  await say(page, 'from one');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['from one']);
  await server().kill();
  await say(other, 'left behind', 'and this');
  await expect.poll(() => stored(page)).toBe(2);
  expect(await shown(page)).toEqual(sent(['from one'])); // its own tab lives, and will send it
  await other.close();
  await expect.poll(() => shown(page)).toHaveLength(3);
  await server().restart();
  await expectOnce(agent, topic, ['from one', 'left behind', 'and this'], page);
});

test('two tabs write at the same time: one log, in both', async ({ page, context }) => {
  const { agent, topic } = await chatting(page);
  const other = await context.newPage();
  await open(other, pages.url, { topic });
  await Promise.all([say(page, ...numbers(15)), say(other, ...numbers(15, 100))]);
  await expect.poll(() => saidBy(agent, topic)).toHaveLength(30);
  await expectOnce(agent, topic, await saidBy(agent, topic), page, other);
});

test('the lead goes on when a tab is closed, and with it what is in its queue', async ({ page, context }) => {
  const { agent, topic } = await chatting(page);
  const other = await context.newPage();
  await open(other, pages.url, { topic });
  await server().kill();
  await say(page, 'of the leader');
  await expect.poll(() => stored(other)).toBe(1);
  await page.close();
  await expect.poll(() => leads(other)).toBe(true);
  await server().restart();
  await expectOnce(agent, topic, ['of the leader'], other);
});

test('what was read in one tab is read in the other', async ({ page, context }) => {
  const { agent, topic } = await chatting(page);
  const other = await context.newPage();
  await open(other, pages.url, { topic });
  await agent.say(topic, 'read me');
  const unread = (tab) => tab.evaluate(() => window.conversation.view.unread);
  await expect.poll(() => unread(other)).toBeGreaterThan(0);
  await expect.poll(() => unread(page)).toBeGreaterThan(0);
  await server().kill(); // the browser alone tells
  await page.evaluate(() => window.conversation.markRead());
  await expect.poll(() => unread(other)).toBe(0);
  await server().restart();
});

test('what was read right before a page is left stays read', async ({ page, context }) => {
  const { agent, topic } = await chatting(page);
  const [token, uid] = await page.evaluate(async () => [await window.chat.token(), window.chat.identity.id]);
  const unread = () => call(server().url, '/visitor/api/v1/message/unread/count', { token, query: { uid } });
  const ways = [
    (tab) => tab.evaluate(() => location.replace('/demo/')),
    (tab) => tab.evaluate(() => location.reload()),
    (tab) => tab.close(),
  ];
  for (const leave of ways) {
    const tab = await context.newPage();
    await open(tab, pages.url, { topic });
    await agent.say(topic, 'read me');
    await expect.poll(() => tab.evaluate(() => window.conversation.view.unread)).toBeGreaterThan(0);
    expect(await unread()).toBeGreaterThan(0);
    await tab.evaluate(() => window.conversation.markRead());
    await leave(tab);
    await expect.poll(unread).toBe(0);
    await tab.close();
  }
});

test('a reload in the middle of sending sends the rest, once', async ({ page }) => {
  const { agent, topic } = await chatting(page);
  await say(page, ...numbers(40));
  // What was said a moment before the end of a page is lost with it; a moment is as long as the disk takes.
  const isKept = async () => (await inDatabase(page)).some(({ content }) => content.text === 'm39');
  await expect.poll(async () => (await isKept()) || (await saidBy(agent, topic)).includes('m39')).toBe(true);
  await expect.poll(async () => (await saidBy(agent, topic)).length).toBeGreaterThan(2);
  await open(page, pages.url, { topic });
  await expectOnce(agent, topic, numbers(40), page);
});

test('a reload while there is no server keeps what was said', async ({ page }) => {
  const { agent, topic } = await chatting(page);
  await say(page, 'before');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['before']);
  await server().kill();
  await say(page, 'one', 'two');
  await expect.poll(() => stored(page)).toBe(2);
  await page.goto('about:blank');
  await server().restart();
  await open(page, pages.url, { topic });
  await expectOnce(agent, topic, ['before', 'one', 'two'], page);
});

test('the server is killed in the middle of sending, twice', async ({ page }) => {
  const { agent, topic } = await chatting(page);
  await say(page, ...numbers(60));
  for (const count of [5, 25]) {
    await expect
      .poll(async () => (await shown(page)).filter(([, waits]) => !waits).length, { timeout: 60_000 })
      .toBeGreaterThan(count);
    await server().kill();
    await server().restart();
  }
  await expectOnce(agent, topic, numbers(60), page);
});

test('a page out of the back/forward cache is connected at once', async ({ page }) => {
  const { agent, topic } = await chatting(page);
  await say(page, 'first');
  await expectOnce(agent, topic, ['first'], page);
  await page.evaluate(() => {
    window.persisted = [];
    window.states = [];
    window.addEventListener('pageshow', (event) => window.persisted.push(event.persisted));
    window.chat.on('state', ({ current }) => window.states.push(current.status));
  });
  await page.goto(`${new URL(pages.url).origin}/demo/`);
  await agent.say(topic, 'meanwhile');
  await page.evaluate(() => history.back());
  await page.waitForURL(/page/, { waitUntil: 'commit' });
  expect(await page.evaluate(() => window.persisted)).toEqual([true]);
  const texts = () =>
    page.evaluate(() => window.conversation.view.messages.map(({ content }) => content.text));
  await expect.poll(texts).toContain('meanwhile');
  expect(await page.evaluate(() => window.states)).toEqual(['connecting', 'connected']);
  await say(page, 'second');
  await expectOnce(agent, topic, ['first', 'second'], page);
});
