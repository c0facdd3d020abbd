// Conversations: with a server that dies, tabs that double, input methods that compose, and all that is said and done.

import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';
import { bubbles, chatting, saidBy, say } from '../visitor.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

test('the server is killed while the visitor writes: nothing is lost, nothing is doubled', async ({
  page,
}) => {
  const { agent, topic } = await chatting(stack, page);
  await say(page, 'before');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['before']);
  await stack.server.kill();
  for (const text of ['one', 'two', 'three']) {
    await say(page, text);
  }
  await expect(bubbles(page)).toHaveText(['before', 'one', 'two', 'three']);
  // Trouble is mentioned once it has lasted.
  await expect(page.locator('.connection')).toBeVisible();
  await stack.server.restart();
  await expect
    .poll(() => saidBy(agent, topic), { timeout: 40_000 })
    .toEqual(['before', 'one', 'two', 'three']);
  await expect(bubbles(page)).toHaveText(['before', 'one', 'two', 'three']);
  await expect(page.locator('.connection')).toHaveCount(0);
});

test('a reload resumes, with the draft', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  await say(page, 'first');
  await agent.say(topic, 'answer');
  await expect(page.getByRole('log').getByText('answer')).toBeVisible();
  await page.getByRole('textbox').fill('not yet sent');
  await page.reload();
  await expect(bubbles(page)).toHaveText(['first']);
  await expect(page.getByRole('log').getByText('answer')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveValue('not yet sent');
});

test('two tabs show the same', async ({ page, context }) => {
  const { agent, topic } = await chatting(stack, page);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole('textbox').waitFor();
  await say(page, 'from one');
  await say(other, 'from two');
  for (const tab of [page, other]) {
    await expect(bubbles(tab)).toHaveText(['from one', 'from two']);
  }
  expect(await saidBy(agent, topic)).toEqual(['from one', 'from two']);
});

test('Enter belongs to the input method while it composes', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  const field = page.getByRole('textbox');
  await field.focus();
  const input = await page.context().newCDPSession(page);
  await input.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
  await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
  await expect(bubbles(page)).toHaveCount(0);
  await input.send('Input.insertText', { text: '你好' });
  await expect(field).toHaveValue('你好');
  await field.press('Enter');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['你好']);
});

test('a message is recalled, another is edited', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  await say(page, 'a slip');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['a slip']);
  const act = async (name) => {
    await page.getByRole('article').last().hover();
    await page.getByRole('button', { name: 'Message actions' }).last().click();
    await page.getByRole('menuitem', { name }).click();
  };
  await act('Recall');
  await expect(page.getByText('You recalled a message')).toBeVisible();
  await say(page, 'my oder');
  await expect.poll(() => saidBy(agent, topic)).toContain('my oder');
  await act('Edit');
  await expect(page.getByRole('textbox')).toHaveValue('my oder');
  await say(page, 'my order');
  await expect(bubbles(page)).toHaveText(['my order']);
  await expect(page.getByText('Edited', { exact: true })).toBeVisible();
});

test('an order card runs out on the screen', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  await agent.say(topic, { name: 'Tea jar', price: '18.00', countdownSeconds: 3 }, 'ORDER_CARD');
  await expect(page.getByRole('button', { name: 'Pay now' })).toBeVisible();
  await expect(page.getByText('Expired')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pay now' })).toHaveCount(0);
});

test('who waits is told the place, writes meanwhile, and is let in', async ({ page }) => {
  const { agent, channel, workgroup } = await stack.desk({ capacity: 1 });
  await agent.online();
  await stack.otherVisitor(workgroup);
  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`);
  await page.getByRole('button', { name: /Start a conversation/ }).click();
  await expect(page.getByText('You are next')).toBeVisible();
  await say(page, 'I can wait');
  const [{ topic }] = await agent.threads();
  await agent.post('/api/v1/thread/close', { topic });
  await expect(page.getByRole('heading', { name: 'Ann' })).toBeVisible();
  await expect(page.getByText('You are next')).toHaveCount(0);
  await expect(bubbles(page)).toHaveText(['I can wait']);
});

test('the back/forward cache brings a working page back', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  await say(page, 'first');
  await page.evaluate(() => (window.mark = true));
  await page.goto(`${stack.url}/demo/`);
  await page.evaluate(() => history.back());
  await page.waitForURL(/chat/, { waitUntil: 'commit' });
  expect(await page.evaluate(() => window.mark)).toBe(true);
  await agent.say(topic, 'welcome back');
  await expect(page.getByRole('log').getByText('welcome back')).toBeVisible();
  await say(page, 'second');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['first', 'second']);
});

test('a reader of old messages is not pulled down, and 500 messages leave at most 300 on the page', async ({
  page,
}) => {
  test.slow();
  const { agent, topic } = await chatting(stack, page);
  for (let number = 1; number <= 330; number += 1) {
    await agent.say(topic, `message ${number}`);
  }
  const log = page.getByRole('log');
  await expect(log.getByText('message 330', { exact: true })).toBeVisible();
  expect(await log.locator('article').count()).toBeLessThanOrEqual(301);
  await log.evaluate((box) => box.scrollTo(0, box.scrollHeight / 2));
  await expect(page.getByRole('button', { name: 'Back to the latest' })).toBeVisible();
  const before = await log.evaluate((box) => box.scrollTop);
  await agent.say(topic, 'one more');
  await expect(page.getByRole('button', { name: '1 new message' })).toBeVisible();
  expect(Math.abs((await log.evaluate((box) => box.scrollTop)) - before)).toBeLessThan(200);
  await page.getByRole('button', { name: '1 new message' }).click();
  await expect(log.getByText('one more')).toBeInViewport();
  // After a reload there is one page; older ones come when they are wanted, and do not move what is looked at.
  await page.reload();
  await expect(log.getByText('one more')).toBeInViewport();
  await expect(log.getByText('message 250', { exact: true })).toHaveCount(0);
  const [, oldest] = await log.locator('article p.text').allTextContents();
  await log.evaluate((box) => box.scrollTo(0, 0));
  await expect(log.getByText('message 250', { exact: true })).toBeAttached();
  await expect(log.getByText(oldest, { exact: true })).toBeInViewport();
});

test('files come by paste and by drag; what is too large says so and goes away', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  const give = (selector, event, name, size) =>
    page.evaluate(
      ([target, type, fileName, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes).fill(65)], fileName, { type: 'text/plain' }));
        const options = { bubbles: true, cancelable: true };
        document
          .querySelector(target)
          .dispatchEvent(
            type === 'paste'
              ? new ClipboardEvent(type, { ...options, clipboardData: data })
              : new DragEvent(type, { ...options, dataTransfer: data }),
          );
      },
      [selector, event, name, size],
    );
  await give('textarea', 'paste', 'pasted.txt', 10);
  await expect(page.getByRole('link', { name: /pasted\.txt/ })).toBeVisible();
  await give('.thread', 'dragover', 'dragged.txt', 10);
  await expect(page.getByText('Drop to send')).toBeVisible();
  await give('.thread', 'drop', 'dragged.txt', 10);
  await expect(page.getByRole('link', { name: /dragged\.txt/ })).toBeVisible();
  await expect
    .poll(async () => (await agent.history(topic)).filter(({ type }) => type === 'FILE').length)
    .toBe(2);
  await give('textarea', 'paste', 'large.txt', 30_000_000);
  const failed = page.getByRole('alert').filter({ hasText: 'Not sent' });
  await expect(failed).toBeVisible({ timeout: 30_000 });
  await failed.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('large.txt')).toHaveCount(0);
});

test('the conversation is passed on, and the visitor sees to whom', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  const { agent: ben } = await stack.desk({ name: 'Ben' });
  await ben.online();
  await agent.post('/api/v1/thread/transfer/create', { topic, agentUid: ben.user.uid });
  await ben.post('/api/v1/thread/transfer/accept', { topic });
  await expect(page.getByText('Ben has joined the conversation')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Ben' })).toBeVisible();
});

test('the menu changes the language and ends the conversation, which can be gone on with', async ({
  page,
}) => {
  const { agent } = await chatting(stack, page);
  const choose = async (menu, item) => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose('Menu', '中文');
  await expect(page.getByRole('textbox', { name: '输入消息' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  await choose('菜单', 'English');
  await choose('Menu', 'End conversation');
  await page.getByRole('button', { name: 'End conversation' }).click();
  await expect(page.getByText('This conversation has ended')).toBeVisible();
  await expect.poll(() => agent.threads()).toHaveLength(0);
  await page.getByRole('button', { name: 'Continue the conversation' }).click();
  await say(page, 'I am back');
  await expect.poll(() => agent.threads()).toHaveLength(1);
});

test('a message that was not seen shows on the first screen, and is marked as new', async ({ page }) => {
  const { agent, topic } = await chatting(stack, page);
  await say(page, 'hello');
  await page.getByRole('button', { name: 'Back' }).click();
  await agent.say(topic, 'are you there?');
  await page.getByRole('button', { name: /are you there/ }).click();
  await expect(page.getByText('New messages', { exact: true })).toBeVisible();
});

test('what is said while the first screen asks for its list shows there', async ({ page }) => {
  const arrived = new Promise((resolve) => {
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => String(payload).includes('in between') && resolve()),
    );
  });
  const { agent, topic } = await chatting(stack, page);
  await page.route(
    '**/visitor/api/v1/threads?*',
    async (route) => {
      const response = await route.fetch();
      await agent.say(topic, 'in between');
      await arrived;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByRole('button', { name: /in between/ })).toBeVisible();
});
