// How fast it is, measured in the browser. Numbers are printed; limits are far enough away to hold on a busy machine.

import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

test('the panel can be used soon on a slow phone', async ({ page }) => {
  const { channel } = await stack.desk();
  const devtools = await page.context().newCDPSession(page);
  // "Slow 4G", and a processor of a quarter.
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const begun = performance.now();
  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`, { waitUntil: 'commit' });
  await page.getByRole('button', { name: /Start a conversation/ }).waitFor();
  const took = performance.now() - begun;
  console.log(`usable after ${Math.round(took)} ms on slow 4G with a quarter of the processor`);
  expect(took).toBeLessThan(8000);
});

test('a message is added to 300 in a few milliseconds', async ({ page }) => {
  const { agent, channel } = await stack.desk();
  await agent.online();
  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`);
  await page.getByRole('button', { name: /Start a conversation/ }).click();
  await page.getByRole('textbox').waitFor();
  const [{ topic }] = await agent.threads();
  for (let number = 1; number <= 300; number += 1) {
    await agent.say(topic, `message ${number}`);
  }
  await expect(page.getByText('message 300', { exact: true })).toBeVisible();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const spent = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const seconds = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].map(
      (wanted) => metrics.find(({ name }) => name === wanted)?.value ?? 0,
    );
    return seconds.reduce((sum, value) => sum + value, 0) * 1000;
  };
  const before = await spent();
  for (let number = 1; number <= 20; number += 1) {
    await agent.say(topic, `further ${number}`);
  }
  await expect(page.getByText('further 20', { exact: true })).toBeVisible();
  const each = ((await spent()) - before) / 20;
  console.log(`appending to 300: ${each.toFixed(1)} ms of script, style and layout for each message`);
  expect(each).toBeLessThan(40);
});
