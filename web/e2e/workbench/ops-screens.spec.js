// Every screen of those who run the server: accessible in both languages, both modes and both widths, and photographed.

import { test } from '@playwright/test';
import { look as lookAt } from '../look.js';
import { NODES, asCluster } from './cluster-answer.js';
import { WorkbenchStack } from './desk.js';
import { words } from './words.js';

let bench;
let t;

test.beforeAll(async () => {
  bench = await WorkbenchStack.start({ DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]' });
});
test.afterAll(() => bench?.stop());
test.beforeEach(({ locale }) => {
  t = words[locale === 'zh-CN' ? 'zh' : 'en'];
});

const look = (page, name) => lookAt(page, name, { fullPage: true });
const go = (page, path) => page.evaluate((to) => void (location.hash = to), path);

test('operations and the audit log', async ({ page }) => {
  const { admin } = bench.stack;
  const { workgroup, agent } = await bench.team({ name: 'Ann' });
  await agent.online();
  const visitor = await bench.visitor(workgroup, { name: t.names[0] });
  await visitor.say(t.say[0]);
  for (let number = 0; number < 30; number += 1) {
    await agent.say(visitor.topic, `${t.say[2]} ${number}`);
  }
  await agent.read(visitor.topic);
  await admin.post('/api/v1/webhook/create', { url: 'https://127.0.0.1:1/hook' });
  await bench.signIn(page, 'admin', t.signIn);
  await go(page, '/ops');
  await page.locator('canvas').nth(3).waitFor();
  // A line needs two points: each reading brings what was measured since the one before.
  for (let readings = 0; readings < 2; readings += 1) {
    await page.waitForResponse((response) => response.url().includes('/api/v1/ops/overview'));
  }
  await look(page, '60-ops-overview');
  await go(page, '/ops/nodes');
  await page.locator('.step-row').waitFor();
  await look(page, '71-ops-node-alone');
  await asCluster(page);
  await page.locator('tbody tr').nth(2).waitFor();
  await look(page, '72-ops-nodes');
  await page.unroute(NODES);
  await go(page, '/ops/sessions');
  await page.locator('tbody tr').first().waitFor();
  await look(page, '61-ops-sessions');
  await page.locator('tbody .button').first().click();
  await page.getByRole('dialog').waitFor();
  await look(page, '62-ops-kick');
  await page.keyboard.press('Escape');
  await go(page, '/ops/trace');
  await page.locator('.empty').waitFor();
  await look(page, '63-ops-trace-empty');
  const first = (await agent.history(visitor.topic)).find(({ content }) => content === t.say[0]);
  await page.getByRole('searchbox').first().fill(first.uid);
  await page.keyboard.press('Enter');
  await page.locator('.way').waitFor();
  await look(page, '64-ops-trace');
  await go(page, '/ops/letters');
  await page.locator('.empty').waitFor();
  await look(page, '65-ops-letters');
  await go(page, '/ops/config');
  await page.locator('tbody tr').first().waitFor();
  await page.getByRole('checkbox').check();
  await look(page, '66-ops-config');
  await go(page, '/ops/health');
  await page.locator('.button.primary').click();
  await page.locator('[role=status] .step-row').nth(2).waitFor();
  await look(page, '67-ops-health');
  await go(page, '/admin/audit');
  await page.locator('tbody tr').first().waitFor();
  await look(page, '68-admin-audit');
  await agent.offline();
});

test('what cannot be seen says so', async ({ page }) => {
  const { username } = await bench.team();
  await page.route('**/api/v1/ops/**', (route) => route.abort());
  await bench.signIn(page, 'admin', t.signIn);
  await go(page, '/ops');
  await page.locator('.empty .button').waitFor();
  await look(page, '69-ops-error');
  // It goes on by itself when it can.
  await page.unroute('**/api/v1/ops/**');
  await page.locator('canvas').first().waitFor();
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await bench.signIn(page, username, t.signIn);
  await go(page, '/ops');
  await page.locator('.empty').waitFor();
  await look(page, '70-ops-denied');
});
