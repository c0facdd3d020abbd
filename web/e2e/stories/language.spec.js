// The desk's own words: a visitor with an English page reads no Chinese from the greeting to the rating.

import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';
import { say } from '../visitor.js';

const CHINESE = /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/;

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

const readsNoChinese = async (page) => expect(await page.locator('body').innerText()).not.toMatch(CHINESE);

test('an English visitor waits, is served, passed on and asked for a rating in English', async ({ page }) => {
  const settings = { rateOnClose: true, transferTimeoutS: 1 };
  const { agent, channel, workgroup } = await stack.desk({ capacity: 1, settings });
  const { agent: ben } = await stack.desk({ name: 'Ben' });
  await agent.online();
  await ben.online();
  await stack.otherVisitor(workgroup);

  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`);
  await page.getByRole('button', { name: /Start a conversation/ }).click();
  await expect(page.getByText('You are next')).toBeVisible();
  await readsNoChinese(page);
  const [{ topic: first }] = await agent.threads();
  await agent.post('/api/v1/thread/close', { topic: first });
  const log = page.getByRole('log');
  await expect(log.getByText('Hello! How can we help you?')).toBeVisible();
  await say(page, 'a question');
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic }] = await agent.threads();
  await agent.post('/api/v1/thread/transfer/create', { topic, agentUid: ben.user.uid });
  await expect(log.getByText('The transfer was not answered')).toBeVisible();
  await agent.post('/api/v1/thread/transfer/create', { topic, agentUid: ben.user.uid });
  await ben.post('/api/v1/thread/transfer/accept', { topic });
  await expect(page.getByText('Ben has joined the conversation')).toBeVisible();
  await ben.say(topic, 'an answer');
  await ben.post('/api/v1/thread/close', { topic });
  await expect(log.getByText('The conversation has ended')).toBeVisible();
  await expect(page.getByText('Please rate our service', { exact: true })).toBeVisible();
  await readsNoChinese(page);
  await page.getByRole('radio', { name: 'Very good' }).check({ force: true });
  await page.getByRole('button', { name: 'Send rating' }).click();
  await expect(page.getByText('Thank you for your rating')).toBeVisible();
  await readsNoChinese(page);
  expect((await ben.history(topic)).map(({ content }) => content).join()).not.toMatch(CHINESE);
});

test('an English visitor whom nobody awaits is asked for a message in English', async ({ page }) => {
  const { channel } = await stack.desk();
  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`);
  await page.getByRole('button', { name: /Start a conversation/ }).click();
  await expect(page.getByText(/Leave us a message, and we will answer/).first()).toBeVisible();
  await readsNoChinese(page);
});
