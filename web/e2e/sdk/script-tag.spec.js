// The example of a page without a build, as it stands, on another origin than the server.

import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

test('a script tag is enough', async ({ page }) => {
  const { agent, workgroup } = await stack.desk();
  await agent.online();
  const example = await readFile(
    new URL('../../packages/sdk/examples/script-tag.html', import.meta.url),
    'utf8',
  );
  stack.pages['/script-tag'] = {
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: example.replaceAll('https://chat.example.com', stack.url).replace('df_wg_uid', workgroup),
  };
  await page.goto(`${stack.shopUrl}/script-tag`);
  await page.getByLabel('Message').fill('hello');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Ann: hello' })).toHaveCount(1);
  await expect.poll(() => agent.threads()).toHaveLength(1);
  const [{ topic }] = await agent.threads();
  await agent.say(topic, { uid: 'p1', title: 'Kettle' }, 'GOODS');
  await expect(page.getByText('Ann: Kettle')).toBeVisible();
});
