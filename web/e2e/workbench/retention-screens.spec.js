// How long closed conversations are kept: an administrator sees what would go, is asked before it does, and can keep all again.

import { mkdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { expectAccessible } from '../axe.js';
import { WorkbenchStack } from './desk.js';
import { words } from './words.js';

const shots = process.env.DESKWIRE_SHOTS;
const TEXTS = {
  zh: {
    deletes: '删除已结束的会话',
    days: '结束后保留天数',
    none: '目前没有超过期限的会话。',
    due: '已有 3 个会话超过期限，将在下次清理时删除。',
    save: '保存',
    cancel: '取消',
    confirm: '保存并删除',
    forever: '会话将永久保留。',
  },
  en: {
    deletes: 'Delete closed conversations',
    days: 'Days after they were closed',
    none: 'No conversation is that old yet.',
    due: '3 conversations are that old already and go next.',
    save: 'Save',
    cancel: 'Cancel',
    confirm: 'Save and delete',
    forever: 'Conversations are kept for ever.',
  },
};

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

async function look(page, name) {
  await expectAccessible(page);
  if (shots) {
    const folder = `${shots}/${test.info().project.name}`;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }
}

test('an administrator says how long closed conversations are kept', async ({ page, locale }) => {
  const language = locale === 'zh-CN' ? 'zh' : 'en';
  const t = TEXTS[language];
  const { admin } = bench.stack;
  const kept = async () => (await admin.get('/api/v1/retention/query')).days;
  await admin.post('/api/v1/retention/update', { days: null });
  await bench.signIn(page, 'admin', words[language].signIn);
  await page.evaluate(() => void (location.hash = '/admin/retention'));
  await page.getByText(t.forever).waitFor();
  await look(page, '70-retention-forever');

  await page.getByRole('switch', { name: t.deletes }).click();
  await page.getByLabel(t.days).fill('90');
  await page.getByText(t.none).waitFor();
  await look(page, '71-retention-days');
  await page.getByRole('button', { name: t.save }).click();
  await expect.poll(kept).toBe(90);

  // What days would do is for the server to say; here it says that some conversations are that old.
  await page.route('**/api/v1/retention/query?days=*', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    await route.fulfill({ response, json: { ...answer, data: { ...answer.data, due: 3 } } });
  });
  await page.getByLabel(t.days).fill('30');
  await page.getByRole('status').getByText(t.due).waitFor();
  await page.getByRole('button', { name: t.save }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(t.due).waitFor();
  await look(page, '72-retention-ask');
  await dialog.getByRole('button', { name: t.cancel }).click();
  expect(await kept()).toBe(90);
  await page.getByRole('button', { name: t.save }).click();
  await dialog.getByRole('button', { name: t.confirm }).click();
  await expect.poll(kept).toBe(30);

  await page.getByRole('switch', { name: t.deletes }).click();
  await page.getByText(t.forever).waitFor();
  await page.getByRole('button', { name: t.save }).click();
  await expect.poll(kept).toBe(null);
});
