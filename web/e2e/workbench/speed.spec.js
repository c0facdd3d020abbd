// How fast it is, measured in the browser. Numbers are printed; limits are far enough away to hold on a busy machine.

import { expect, test } from '@playwright/test';
import { call } from '../agent.js';
import { WorkbenchStack } from './desk.js';

let bench;
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

async function metrics(devtools) {
  const { metrics: all } = await devtools.send('Performance.getMetrics');
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

/** Milliseconds of script, style and layout. */
const spent = ({ ScriptDuration, LayoutDuration, RecalcStyleDuration }) =>
  (ScriptDuration + LayoutDuration + RecalcStyleDuration) * 1000;

test('a message is added to 300 in a few milliseconds', async ({ page }) => {
  const { username, workgroup } = await bench.team();
  await bench.signIn(page, username);
  await page.getByRole('button', { name: /Online/ }).waitFor();
  const visitor = await bench.visitor(workgroup, { name: 'Vera' });
  for (let number = 1; number <= 300; number += 1) {
    await visitor.say(`message ${number}`);
  }
  await page.getByRole('link', { name: /Vera/ }).click();
  const log = page.getByRole('log');
  await log.getByText('message 300', { exact: true }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const before = spent(await metrics(devtools));
  for (let number = 1; number <= 20; number += 1) {
    await visitor.say(`further ${number}`);
  }
  await log.getByText('further 20', { exact: true }).waitFor();
  const each = (spent(await metrics(devtools)) - before) / 20;
  console.log(`appending: ${each.toFixed(1)} ms of script, style and layout for each message`);
  expect(each).toBeLessThan(40);
  expect(await log.locator('> *').count()).toBeLessThanOrEqual(310);
});

test('200 live conversations and 50 messages a second stay fluid', async ({ page }) => {
  const { username, workgroup } = await bench.team({ capacity: 1000 });
  await bench.signIn(page, username);
  await page.getByRole('button', { name: /Online/ }).waitFor();
  const server = bench.stack.server.url;
  const visitors = [];
  for (let number = 0; number < 200; number += 1) {
    const made = await call(server, '/visitor/api/v1/init', {
      body: { orgUid: 'df_org_uid', nickname: `Visitor ${number}`, channel: 'WEB' },
    });
    const { thread } = await call(server, '/visitor/api/v1/thread', {
      token: made.accessToken,
      body: { uid: made.uid, orgUid: 'df_org_uid', type: '1', sid: workgroup },
    });
    visitors.push({ ...made, topic: thread.topic });
  }
  await expect(page.locator('.rows li')).toHaveCount(200, { timeout: 30_000 });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const say = (visitor, number) =>
    call(server, '/visitor/api/v1/message/send', {
      token: visitor.accessToken,
      body: {
        json: JSON.stringify({
          uid: `speed-${number}`,
          type: 'TEXT',
          content: `words ${number}`,
          thread: { topic: visitor.topic },
          user: { uid: visitor.uid, nickname: visitor.nickname, avatar: '', type: 'VISITOR' },
        }),
      },
    });
  const frames = page.evaluate(
    () =>
      new Promise((resolve) => {
        const gaps = [];
        const begun = performance.now();
        let last = begun;
        const tick = (now) => {
          gaps.push(now - last);
          last = now;
          if (now - begun < 5000) {
            requestAnimationFrame(tick);
          } else {
            resolve(gaps);
          }
        };
        requestAnimationFrame(tick);
      }),
  );
  const before = spent(await metrics(devtools));
  for (let number = 0; number < 250; number += 10) {
    const due = new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => say(visitors[(number + index) % 200], number + index)),
    );
    await due;
  }
  const gaps = await frames;
  const now = await metrics(devtools);
  const perSecond = gaps.length / 5;
  const busy = (spent(now) - before) / 50;
  console.log(
    `200 conversations, 50 messages/s: ${perSecond.toFixed(0)} frames/s, ${busy.toFixed(0)} % busy, ` +
      `longest frame ${Math.max(...gaps).toFixed(0)} ms, heap ${(now.JSHeapUsedSize / 1e6).toFixed(0)} MB`,
  );
  expect(perSecond).toBeGreaterThan(20);
  expect(now.JSHeapUsedSize).toBeLessThan(150e6);
});
