// The workbench as the binary carries it: every page and dialog keeps to the policy that it is served with.

import { PASSWORD } from '../stack.js';
import { WorkbenchStack } from './desk.js';
import { composer, expect, log, online, row, test } from './page.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

test('nothing is said in the console about the policy, wherever one goes', async ({ page }) => {
  const { workgroup, agent } = await bench.team();
  await agent.online();
  const visitor = await bench.visitor(workgroup, { name: 'Policy' });
  await visitor.say('Look at https://shop.example/');
  await agent.say(visitor.topic, 'One moment');
  const response = await page.goto(bench.embedded);
  const policy = response.headers()['content-security-policy'];
  expect(policy).toContain("style-src 'self'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await online(page);
  const go = (path) => page.evaluate((to) => void (location.hash = to), path);
  for (const path of [
    'queue left search ratings canned preferences board review reports',
    'admin/agents admin/groups admin/words admin/blocks admin/webhooks admin/keys',
  ].flatMap((paths) => paths.split(' '))) {
    await go(`/${path}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.waitForLoadState('networkidle');
  }
  await go('/board');
  await page
    .getByRole('row')
    .filter({ hasText: 'Policy' })
    .getByRole('button', { name: 'Take over' })
    .click();
  await log(page).getByText('shop.example').waitFor();
  await page.getByRole('button', { name: 'Message actions' }).first().click();
  await page.getByRole('menuitem', { name: 'Quote' }).click();
  await composer(page).fill('/');
  await page.getByRole('button', { name: 'Send an order card' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.activeElement?.blur());
  for (const key of ['t', 'i', '?', 'Control+k']) {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.evaluate(() => document.activeElement?.blur());
  }
  await go('/inbox');
  await row(page, 'Policy').waitFor();
  await agent.offline();
});
