// Pages with the SDK in a real browser, and what is asked of them.

import { fileURLToPath } from 'node:url';
import { Stack } from '../stack.js';
import { startFront } from './front.js';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The stack with the built SDK and the page in front of it. */
export async function startPages() {
  const stack = await Stack.start();
  const front = await startFront(() => stack.server.url, {
    '/sdk': folder('../../packages/sdk/dist'),
    '/page': folder('page'),
  });
  return {
    stack,
    url: `${front.url}/page/`,
    async stop() {
      await front.stop();
      await stack.stop();
    },
  };
}

/** Opens a tab of a visitor; resolves with the topic of its conversation. */
export async function open(page, url, query) {
  await page.goto(`${url}?${new URLSearchParams(query)}`);
  return page.evaluate(() => window.ready);
}

/** Says something, without waiting for anything. */
export const say = (page, ...texts) =>
  page.evaluate((all) => all.forEach((text) => window.conversation.sendText(text)), texts);

/** What the visitor has said, as the page shows it: `[text, status]`. */
export const shown = (page) =>
  page.evaluate(() =>
    window.conversation.view.messages
      .filter(({ mine, content }) => mine && content.type === 'text')
      .map(({ content, status }) => [content.text, status === 'queued' || status === 'sending']),
  );

export const doubled = (page) => page.evaluate(() => [...window.doubled]);

/** The messages that wait in the database of the browser, in no order. */
export const inDatabase = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('deskwire', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('outbox', { keyPath: 'id' });
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const all = request.result.transaction('outbox').objectStore('outbox').getAll();
          all.onsuccess = () => {
            request.result.close();
            resolve(all.result);
          };
        };
      }),
  );

/** How many messages wait there. */
export const stored = async (page) => (await inDatabase(page)).length;

/** The texts of the visitor in the log of the server. */
export const saidBy = async (agent, topic) => {
  const said = [];
  for (let after = 0, last = false; !last;) {
    const page = await agent.get('/api/v1/message/thread/topic', { topic, after, pageSize: 100 });
    said.push(...page.content);
    after = page.content.at(-1)?.seq ?? after;
    last = page.last;
  }
  return said
    .filter(({ type, user }) => type === 'TEXT' && user.type === 'VISITOR')
    .map(({ content }) => content);
};
