// What a visitor does in the panel, in English, and what the server knows of it.

import { expect } from '@playwright/test';

/** What the visitor has said, as the log shows it. `page` may be a frame. */
export const bubbles = (page) => page.getByRole('log').locator('article.mine p.text');

/** Says something. */
export async function say(page, text) {
  const field = page.getByRole('textbox', { name: 'Write a message' });
  await field.fill(text);
  await field.press('Enter');
}

/** Opens a channel of `stack` as a page and is let in; returns the desk with the topic. */
export async function chatting(stack, page, options = {}) {
  const desk = await stack.desk(options);
  await desk.agent.online();
  await page.goto(`${stack.url}/chat/?channel=${desk.channel}&lang=en`);
  await page.getByRole('button', { name: /Start a conversation/ }).click();
  await page.getByRole('textbox', { name: 'Write a message' }).waitFor();
  await expect.poll(() => desk.agent.threads()).toHaveLength(1);
  const [{ topic }] = await desk.agent.threads();
  return { ...desk, topic };
}

/** Texts of the visitor in the log of the server. */
export const saidBy = async (agent, topic) =>
  (await agent.history(topic))
    .filter(({ type, user }) => type === 'TEXT' && user.type === 'VISITOR')
    .map(({ content }) => content);
