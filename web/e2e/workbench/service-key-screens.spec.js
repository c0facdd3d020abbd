// Service keys: an administrator makes one and copies it, a program uses it, and is refused once it is revoked.

import { expect, test } from '@playwright/test';
import { look } from '../look.js';
import { WorkbenchStack } from './desk.js';
import { words } from './words.js';

const TEXTS = {
  zh: {
    name: '订单系统',
    renamed: '订单与仓储系统',
    add: '新建密钥',
    nameField: '名称',
    lifetime: '有效期',
    make: '生成密钥',
    once: '请立即复制密钥，之后将不再显示。',
    copy: '复制: 密钥',
    kept: '我已保存',
    unused: /从未使用/,
    used: /最近使用/,
    until: /有效期至/,
    configured: '由服务器配置文件设置',
    rename: (name) => `重命名 ${name}`,
    save: '保存',
    revokeOne: (name) => `吊销 ${name}`,
    revoke: '吊销',
    cancel: '取消',
  },
  en: {
    name: 'Order system',
    renamed: 'Orders and stock',
    add: 'New key',
    nameField: 'Name',
    lifetime: 'Good for',
    make: 'Make key',
    once: 'Copy the key now. It will not be shown again.',
    copy: 'Copy: Key',
    kept: 'I have kept it',
    unused: /never used/,
    used: /last used/,
    until: /Until/,
    configured: 'Set in the configuration of the server',
    rename: (name) => `Rename ${name}`,
    save: 'Save',
    revokeOne: (name) => `Revoke ${name}`,
    revoke: 'Revoke',
    cancel: 'Cancel',
  },
};

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start({ DESKWIRE_SERVICE_ACCOUNT: 'bridge:bridge-secret' });
});
test.afterAll(() => bench?.stop());

/** Posts a notice to the demo agent as a program does; the status of the answer. */
async function notify(key) {
  const response = await fetch(`${bench.stack.url}/api/v1/notices`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-service-key': key },
    body: JSON.stringify({ user: 'df_ag_uid', title: 'A new order' }),
  });
  return response.status;
}

test('a key is made, shown once, used, renamed and revoked', async ({ page, locale, context }) => {
  const language = locale === 'zh-CN' ? 'zh' : 'en';
  const t = TEXTS[language];
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await bench.signIn(page, 'admin', words[language].signIn);
  await page.evaluate(() => void (location.hash = '/admin/keys'));
  await page.getByText(t.configured).waitFor();
  await look(page, '80-keys-configured');

  await page.getByRole('button', { name: t.add }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(t.nameField).fill(t.name);
  await dialog.getByLabel(t.lifetime).selectOption({ index: 2 });
  await look(page, '81-key-new');
  await dialog.getByRole('button', { name: t.make }).click();
  await dialog.getByText(t.once).waitFor();
  // What would be lost for ever is not lost by a slip.
  await page.keyboard.press('Escape');
  await page.mouse.click(3, 3);
  await dialog.getByRole('button', { name: t.copy }).click();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  expect(key).toMatch(/^[\da-f]{32}:dwsk_[\w-]{43}$/);
  await expect(dialog.getByText(key)).toBeVisible();
  await look(page, '82-key-made');
  await dialog.getByRole('button', { name: t.kept }).click();
  await expect(dialog).toHaveCount(0);

  const row = (name) => page.getByRole('listitem').filter({ hasText: name });
  await expect(row(t.name).getByText(t.unused)).toBeVisible();
  await expect(row(t.name).getByText(t.until)).toBeVisible();
  await expect(row(t.name).locator('code')).toHaveText(`${key.split(':')[1].slice(0, 11)}…`);
  expect(await page.content()).not.toContain(key.split(':')[1]);
  expect(await notify(key)).toBe(200);
  await page.reload();
  await expect(row(t.name).getByText(t.used)).toBeVisible();

  await page.getByRole('button', { name: t.rename(t.name) }).click();
  await dialog.getByLabel(t.nameField).fill(t.renamed);
  await dialog.getByRole('button', { name: t.save }).click();
  await row(t.renamed).waitFor();
  await look(page, '83-keys');
  await expect(page.getByRole('button', { name: t.revokeOne('bridge') })).toHaveCount(0);

  await page.getByRole('button', { name: t.revokeOne(t.renamed) }).click();
  await dialog.getByRole('button', { name: t.revoke }).waitFor();
  await look(page, '84-key-revoke');
  await dialog.getByRole('button', { name: t.cancel }).click();
  expect(await notify(key)).toBe(200);
  await page.getByRole('button', { name: t.revokeOne(t.renamed) }).click();
  await dialog.getByRole('button', { name: t.revoke }).click();
  // Behind a dialog there are no rows to be found.
  await expect(dialog).toHaveCount(0);
  await expect(row(t.renamed)).toHaveCount(0);
  expect(await notify(key)).toBe(401);
});
