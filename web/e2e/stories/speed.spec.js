// How fast it is, measured in the browser. Numbers are printed and looked at: a busy machine says nothing about ours.

import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';

// A trace takes pictures of the page while we measure.
test.use({ trace: 'off' });

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
  // The processor's time, so that whatever else runs on this machine does not count.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const more = 60;
  const before = await spent();
  for (let number = 1; number <= more; number += 1) {
    await agent.say(topic, `further ${number}`);
  }
  await expect(page.getByText(`further ${more}`, { exact: true })).toBeInViewport();
  const after = await spent();
  const each = (name) => (after[name] - before[name]) / more;
  const [script, style, layout] = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'].map(
    (name) => each(name) * 1000,
  );
  console.log(
    `appending to 300: ${(script + style + layout).toFixed(1)} ms for each message ` +
      `(script ${script.toFixed(1)}, style ${style.toFixed(1)}, layout ${layout.toFixed(1)}; ` +
      `${each('LayoutCount').toFixed(1)} layouts)`,
  );
  expect(await page.getByRole('log').locator('article').count()).toBeLessThanOrEqual(301);
});
