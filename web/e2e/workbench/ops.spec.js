// Stories of those who run the server, against the real one.

import { expect, test } from '@playwright/test';
import { HookReceiver } from '../../../tests/e2e/hook-receiver.js';
import { WorkbenchStack } from './desk.js';
import { NODES, asCluster } from './cluster-answer.js';

let bench;

test.beforeAll(async () => {
  bench = await WorkbenchStack.start({
    DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]',
    DESKWIRE__WEBHOOKS__RETRY_MS: '10',
    DESKWIRE__WEBHOOKS__ATTEMPTS: '1',
  });
});
test.afterAll(() => bench?.stop());

const go = (page, path) => page.evaluate((to) => void (location.hash = to), path);
const figure = (page, name) => page.locator('.figures > div').filter({ hasText: name }).locator('dd');

/** A visitor in a conversation, and the administrator at its desk. */
async function running(page) {
  const team = await bench.team();
  await team.agent.online();
  const visitor = await bench.visitor(team.workgroup, { name: 'Vera' });
  await visitor.say('Where is my parcel?');
  await bench.signIn(page, 'admin');
  return { ...team, visitor };
}

test('the overview goes on by itself', async ({ page }) => {
  const { agent, visitor } = await running(page);
  await page.getByRole('link', { name: 'Operations' }).click();
  await figure(page, 'Connections').waitFor();
  const before = Number(await figure(page, 'Connections').textContent());
  const more = await bench.visitor((await bench.team()).workgroup, { name: 'More' });
  await more.say('hello');
  await expect
    .poll(async () => Number(await figure(page, 'Connections').textContent()))
    .toBeGreaterThan(before);
  for (let number = 0; number < 5; number += 1) {
    await agent.say(visitor.topic, `word ${number}`);
  }
  await expect(figure(page, 'Delivered p95')).toHaveText(/ms/);
  await expect(page.getByRole('row', { name: /stomp websocket/ })).toBeVisible();
  await agent.offline();
});

test('a connection is found and ended; its client is told, and the log says who did it', async ({ page }) => {
  const { agent, username } = await running(page);
  await go(page, '/ops/sessions');
  await page.getByLabel('User').fill(username);
  await page.getByRole('button', { name: 'Find' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await page.getByRole('button', { name: `End ${username}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
  await page.getByText('The connection was ended').waitFor();
  await expect(page.locator('tbody tr')).toHaveCount(0);
  await go(page, '/admin/audit');
  await page.getByLabel('What').selectOption({ label: 'Connections' });
  const row = page.locator('tbody tr').first();
  await expect(row).toContainText('Ended a connection');
  await expect(row).toContainText(username);
  await agent.offline();
});

test('a server that belongs to no cluster says so, and the nodes of a cluster are listed', async ({
  page,
}) => {
  await bench.signIn(page, 'admin');
  await go(page, '/ops/nodes');
  await page.getByText('This server is alone').waitFor();
  await expect(page.locator('tbody')).toHaveCount(0);
  await asCluster(page);
  const row = (name) => page.getByRole('row', { name });
  await expect(row(/^n1 ?this one Ready/)).toContainText('stomp 3');
  await expect(row(/^n2 Not ready/)).toContainText('Lost');
  await expect(row(/^n3 Missing/)).toContainText('Last heard 1:05 ago');
  // It goes on by itself.
  await page.unroute(NODES);
  await page.getByText('This server is alone').waitFor();
});

test('a message is traced by its uid', async ({ page }) => {
  const { agent, visitor, username } = await running(page);
  await agent.say(visitor.topic, 'On its way');
  await visitor.hears('On its way');
  const said = (await agent.history(visitor.topic)).find(({ content }) => content === 'On its way');
  await go(page, '/ops/trace');
  await page.getByLabel('Uid of the message').fill(said.uid);
  await page.getByRole('button', { name: 'Trace' }).click();
  const steps = page.locator('.way > li');
  await expect(steps.nth(0)).toContainText(`${username} over http`);
  await expect(steps.nth(1)).toContainText(`entry ${said.seq}`);
  await expect(steps.nth(2)).toContainText('over stomp');
  await page.getByLabel('Uid of the message').fill('nothing is called so');
  await page.getByRole('button', { name: 'Trace' }).click();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await agent.offline();
});

test('dead letters are told again', async ({ page }) => {
  const receiver = await HookReceiver.start();
  const { url } = receiver;
  await receiver.kill();
  const { admin } = bench.stack;
  const hook = await admin.post('/api/v1/webhook/create', { url });
  await running(page);
  await go(page, '/ops/letters');
  await expect
    .poll(async () => (await admin.get('/api/v1/webhook/dead/query', { uid: hook.uid })).length)
    .toBeGreaterThan(0);
  await page.reload();
  await page.getByRole('button', { name: 'Tell all again' }).click();
  await page.getByText(/events are told again/).waitFor();
  await admin.post('/api/v1/webhook/delete', { uid: hook.uid });
});

test('the configuration is searched, and the server tests itself', async ({ page }) => {
  await running(page);
  await go(page, '/ops/config');
  await page.getByLabel('Find a key').fill('webhooks.attempts');
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await page.getByLabel('Only what was set').check();
  await expect(page.locator('tbody tr')).toContainText('set');
  await go(page, '/ops/health');
  await page.getByRole('button', { name: 'Run the self-test' }).click();
  await expect(page.getByRole('status').getByText('Passed')).toHaveCount(3);
});
