// How fast the workbench is, measured in Chromium: `node workbench/speed.js` in web/e2e prints a report. What a message
// costs in a long conversation, and how 200 live conversations with 50 messages a second feel.

import { chromium } from '@playwright/test';
import config from '../playwright.config.js';
import { call } from '../agent.js';
import { WorkbenchStack } from './desk.js';

const LONG = 300;
const APPENDED = 40;
const CONVERSATIONS = 200;
const PER_SECOND = 50;
const SECONDS = 10;

/** Milliseconds of script, style and layout since the page began, and its heap in bytes. */
async function spent(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const all = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  return {
    script: all.ScriptDuration * 1000,
    style: all.RecalcStyleDuration * 1000,
    layout: all.LayoutDuration * 1000,
    heap: all.JSHeapUsedSize,
    layouts: all.LayoutCount,
    styles: all.RecalcStyleCount,
  };
}

async function devtoolsOf(page) {
  const devtools = await page.context().newCDPSession(page);
  // Time of the processor, not of the clock: what else the machine does counts less.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  return devtools;
}

const ms = (number) => `${number.toFixed(1)} ms`;

/** What one more message costs in a conversation of `LONG`. */
async function appending(bench, page) {
  const { username, workgroup } = await bench.team();
  await bench.signIn(page, username);
  const visitor = await bench.visitor(workgroup, { name: 'Vera' });
  await page.getByRole('link', { name: /Vera/ }).click();
  const log = page.getByRole('log');
  // Nobody loads so many at once: they have to come while one looks.
  for (let number = 1; number <= LONG; number += 1) {
    await visitor.say(`message ${number}`);
  }
  await log.getByText(`message ${LONG}`, { exact: true }).waitFor();
  await page.waitForTimeout(2000);
  const devtools = await devtoolsOf(page);
  const before = await spent(devtools);
  for (let number = 1; number <= APPENDED; number += 1) {
    await visitor.say(`further ${number}`);
  }
  await log.getByText(`further ${APPENDED}`, { exact: true }).waitFor();
  const after = await spent(devtools);
  const each = (name) => (after[name] - before[name]) / APPENDED;
  const sum = each('script') + each('style') + each('layout');
  console.log(
    `append at ${LONG}: ${ms(sum)} (script ${ms(each('script'))}, style ${ms(each('style'))}, ` +
      `layout ${ms(each('layout'))}), ${await log.locator('> *').count()} nodes, ` +
      `${each('layouts').toFixed(1)} layouts and ${each('styles').toFixed(1)} styles`,
  );
}

/** Frames and long tasks of the page for `seconds`. */
function watchFrames(page, seconds) {
  return page.evaluate(
    (length) =>
      new Promise((resolve) => {
        const gaps = [];
        const tasks = [];
        const observer = new PerformanceObserver((list) =>
          tasks.push(...list.getEntries().map(({ duration }) => duration)),
        );
        observer.observe({ type: 'longtask' });
        const begun = performance.now();
        let last = begun;
        const tick = (now) => {
          gaps.push(now - last);
          last = now;
          if (now - begun < length * 1000) {
            requestAnimationFrame(tick);
          } else {
            observer.disconnect();
            resolve({ gaps, tasks });
          }
        };
        requestAnimationFrame(tick);
      }),
    seconds,
  );
}

/** `CONVERSATIONS` of an agent, in which `PER_SECOND` messages come. */
async function busyDesk(bench, page) {
  const { username, workgroup } = await bench.team({ capacity: 1000 });
  await bench.signIn(page, username);
  await page.getByRole('button', { name: /Online/ }).waitFor();
  const server = bench.stack.server.url;
  const visitors = [];
  for (let number = 0; number < CONVERSATIONS; number += 1) {
    const made = await call(server, '/visitor/api/v1/init', {
      body: { orgUid: 'df_org_uid', nickname: `Visitor ${number}`, channel: 'WEB' },
    });
    const { thread } = await call(server, '/visitor/api/v1/thread', {
      token: made.accessToken,
      body: { uid: made.uid, orgUid: 'df_org_uid', type: '1', sid: workgroup },
    });
    visitors.push({ ...made, topic: thread.topic });
  }
  await page
    .locator('.rows li')
    .nth(CONVERSATIONS - 1)
    .waitFor();
  await page.getByRole('link', { name: /Visitor 7\b/ }).click();
  await page.getByRole('log').waitFor();
  await page.waitForTimeout(2000);
  const devtools = await devtoolsOf(page);
  const idle = await watchFrames(page, 3);
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
  const before = await spent(devtools);
  const watched = watchFrames(page, SECONDS);
  const begun = Date.now();
  const sent = [];
  for (let number = 0; number < PER_SECOND * SECONDS; number += 1) {
    const due = begun + (number * 1000) / PER_SECOND;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - Date.now())));
    sent.push(say(visitors[number % CONVERSATIONS], number));
  }
  await Promise.all(sent);
  const took = (Date.now() - begun) / 1000;
  const { gaps, tasks } = await watched;
  const after = await spent(devtools);
  await devtools.send('HeapProfiler.collectGarbage');
  const settled = await spent(devtools);
  const busy = ['script', 'style', 'layout'].reduce((sum, name) => sum + after[name] - before[name], 0);
  console.log(
    `${CONVERSATIONS} conversations, ${(sent.length / took).toFixed(0)} messages/s: ` +
      `${(gaps.length / SECONDS).toFixed(0)} frames/s (idle ${(idle.gaps.length / 3).toFixed(0)}), ` +
      `longest frame ${ms(Math.max(...gaps))}, tasks over 50 ms ${tasks.length} (longest ` +
      `${ms(Math.max(0, ...tasks))}), ${ms(busy / sent.length)} for each message, ` +
      `heap ${(after.heap / 1e6).toFixed(0)} MB, ${(settled.heap / 1e6).toFixed(0)} MB after a collection`,
  );
}

const bench = await WorkbenchStack.start();
const browser = await chromium.launch(config.use.launchOptions);
try {
  for (const measure of [appending, busyDesk]) {
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 }, locale: 'en' });
    await measure(bench, page);
    await page.context().close();
  }
} finally {
  await browser.close();
  await bench.stop();
}
