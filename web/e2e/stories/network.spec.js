// Networks that block, swallow, delay and break: whatever they do, nothing is lost and nothing stands there twice.

import { expect, test } from '@playwright/test';
import { Stack } from '../stack.js';
import { bubbles, chatting, saidBy, say } from '../visitor.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

const inLog = (page, text) => page.getByRole('log').getByText(text, { exact: true });

/** Stands between the page and the server; `rule` says for each frame what becomes of it: it passes, is lost, or waits. */
async function between(page, rule) {
  await page.routeWebSocket(/\/stomp/, (socket) => {
    const server = socket.connectToServer();
    const pass = (to, direction) => (frame) => {
      const fate = rule(direction);
      if (fate !== 'lost') {
        setTimeout(() => to.send(frame), fate);
      }
    };
    socket.onMessage(pass(server, 'up'));
    server.onMessage(pass(socket, 'down'));
  });
}

/** Has both sides speak, and looks at what each of them has. */
async function bothSpeak(page, agent, topic) {
  await say(page, 'one');
  await say(page, 'two');
  await agent.say(topic, 'I can hear you');
  await expect(inLog(page, 'I can hear you')).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => saidBy(agent, topic), { timeout: 30_000 }).toEqual(['one', 'two']);
  await expect(bubbles(page)).toHaveText(['one', 'two']);
  await expect(inLog(page, 'I can hear you')).toHaveCount(1);
}

for (const [what, blocked, carriers] of [
  ['WebSocket', [], ['xhr_send', 'xhr_streaming']],
  ['WebSocket and streaming', ['xhr_streaming'], ['xhr', 'xhr_send']],
  ['all but plain requests', ['xhr', 'xhr_send', 'xhr_streaming'], []],
]) {
  test(`a network that blocks ${what} leaves another way`, async ({ page }) => {
    const used = new Set();
    const last = (url) => new URL(url).pathname.split('/').at(-1);
    await page.routeWebSocket(/\/stomp/, (socket) => socket.close());
    await page.route(/\/xhr\w*$/, (route) => {
      if (blocked.includes(last(route.request().url()))) {
        return route.abort();
      }
      used.add(last(route.request().url()));
      return route.continue();
    });
    const { agent, topic } = await chatting(stack, page);
    await bothSpeak(page, agent, topic);
    expect([...used].sort()).toEqual(carriers);
  });
}

test('a link that only seems open is found by its silence', async ({ page }) => {
  let fate = 0;
  await between(page, () => fate);
  const { agent, topic } = await chatting(stack, page);
  await say(page, 'before');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['before']);
  fate = 'lost';
  await say(page, 'into the void');
  await agent.say(topic, 'anybody there?');
  // No acknowledgement comes: it goes another way. The next link works again.
  await expect.poll(() => saidBy(agent, topic), { timeout: 30_000 }).toEqual(['before', 'into the void']);
  fate = 0;
  await expect(inLog(page, 'anybody there?')).toBeVisible({ timeout: 60_000 });
  await expect(bubbles(page)).toHaveText(['before', 'into the void']);
  await expect(page.getByText('Sending')).toHaveCount(0);
});

test('a slow link keeps the order', async ({ page }) => {
  await between(page, () => 1200);
  const { agent, topic } = await chatting(stack, page);
  for (const text of ['one', 'two', 'three', 'four']) {
    await say(page, text);
    await agent.say(topic, `${text}?`);
  }
  await expect(bubbles(page)).toHaveText(['one', 'two', 'three', 'four']);
  await expect.poll(() => saidBy(agent, topic)).toEqual(['one', 'two', 'three', 'four']);
  await expect(inLog(page, 'four?')).toBeVisible();
  const answers = page
    .getByRole('log')
    .locator('article.theirs p.text', { hasText: /^(one|two|three|four)\?$/ });
  await expect(answers).toHaveText(['one?', 'two?', 'three?', 'four?']);
  await expect(bubbles(page)).toHaveText(['one', 'two', 'three', 'four']);
});

test('a reload in mid-send sends the rest, and what the server has had already stays one', async ({
  page,
}) => {
  let [up, down] = [0, 0];
  await between(page, (direction) => (direction === 'up' ? up : down));
  const { agent, topic } = await chatting(stack, page);
  // The first one arrives, though nobody hears of it; the second one does not get away at all.
  down = 'lost';
  await say(page, 'arrived');
  await expect.poll(() => saidBy(agent, topic)).toEqual(['arrived']);
  up = 'lost';
  await say(page, 'held back');
  await expect(bubbles(page)).toHaveText(['arrived', 'held back']);
  [up, down] = [0, 0];
  await page.reload();
  await expect(bubbles(page)).toHaveText(['arrived', 'held back']);
  await expect.poll(() => saidBy(agent, topic), { timeout: 30_000 }).toEqual(['arrived', 'held back']);
  await expect(bubbles(page)).toHaveText(['arrived', 'held back']);
  await expect(page.getByText('Sending')).toHaveCount(0);
});

test('what a closed tab has not sent is sent by the other one', async ({ page, context }) => {
  let fate = 0;
  await between(page, () => fate);
  const { agent, topic } = await chatting(stack, page);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole('textbox').waitFor();
  fate = 'lost';
  await say(page, 'from the first');
  await expect(bubbles(page)).toHaveText(['from the first']);
  await page.close();
  await expect.poll(() => saidBy(agent, topic), { timeout: 30_000 }).toEqual(['from the first']);
  await say(other, 'from the second');
  await expect(bubbles(other)).toHaveText(['from the first', 'from the second']);
  expect(await saidBy(agent, topic)).toEqual(['from the first', 'from the second']);
});
