// sockjs-client in a real browser, over every transport it has there: those in iframes and by script tags exist nowhere
// else. The page is of another origin than the server, as with most installations, or of the same where a transport wants
// that.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dotted } from 'deskwire-examples/protocol.js';
import { chromium } from 'playwright-core';
import { newConversation, textFrom } from './conversations.js';
import { Server } from './harness.js';
import { agentOnline, FOR_ONE_AGENT } from './stock-client-tests.js';
import { soon, until } from './waiting.js';

const BROWSER = process.env.DESKWIRE_E2E_CHROMIUM ?? '/usr/bin/chromium';

/** A browser that talks to nobody but the test. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Transports by where the page has to be. */
const TRANSPORTS = [
  ...['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling', 'jsonp-polling'].map((name) => [name, 'another']),
  ...['iframe-eventsource', 'iframe-htmlfile', 'iframe-xhr-polling'].map((name) => [name, 'another']),
  ['htmlfile', 'the same'],
  ['xhr-streaming', 'the same'],
];

/** More than one poll or one URL holds comfortably, and what escaping on the way could break. */
const CONTENTS = ['ü 你好 👋 𝄞 \u2028 100% &=+"\\', 'w'.repeat(20_000)];

const PAGE = '<!doctype html><script src="/sockjs.min.js"></script><script src="/stomp.js"></script>';

const SCRIPTS = {
  '/sockjs.min.js': new URL('node_modules/sockjs-client/dist/sockjs.min.js', import.meta.url),
  '/stomp.js': new URL('node_modules/@stomp/stompjs/bundles/stomp.umd.min.js', import.meta.url),
};

/** Serves the page and its scripts on an origin of its own; returns the server. */
async function servePages() {
  const pages = createServer(async ({ url }, response) => {
    const script = SCRIPTS[url];
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(script ? await readFile(script) : PAGE);
  });
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  return pages;
}

/**
 * Runs in the page: a client of the conversation that answers nothing and tells all. What it hears is in
 * `window.heard`.
 */
function startClient({ url, transport, topic }) {
  window.heard = { received: [], errors: [] };
  const client = new window.StompJs.Client({
    webSocketFactory: () => {
      window.socket = new window.SockJS(url, null, { transports: [transport] });
      return window.socket;
    },
    reconnectDelay: 0,
  });
  window.client = client;
  client.onStompError = (frame) => window.heard.errors.push(frame.headers.message);
  client.onWebSocketClose = ({ code, reason }) => {
    window.heard.closed = `${code} ${reason}`;
  };
  client.onConnect = () => {
    window.heard.transport = window.socket.transport;
    client.watchForReceipt('subscribed', () => {
      window.heard.subscribed = true;
    });
    client.subscribe(`/topic/${topic}`, ({ body }) => window.heard.received.push(JSON.parse(body)), {
      receipt: 'subscribed',
    });
  };
  client.activate();
}

describe('sockjs-client in a browser', { skip: !existsSync(BROWSER) && `no browser at ${BROWSER}` }, () => {
  let pages, server, agent, browser;

  /** Where the pages and scripts are. */
  const origin = () => `http://127.0.0.1:${pages.address().port}`;

  before(async () => {
    pages = await servePages();
    server = await Server.start({
      env: { ...FOR_ONE_AGENT, DESKWIRE__SOCKJS__CLIENT_URL: `${origin()}/sockjs.min.js` },
    });
    agent = await agentOnline(server);
    browser = await chromium.launch({ executablePath: BROWSER, args: ARGUMENTS });
  });

  after(async () => {
    await browser?.close();
    await agent?.disconnect();
    await server?.stop();
    pages?.close();
    pages?.closeAllConnections();
  });

  /** A page on one of the two origins. */
  async function open(t, where) {
    const page = await browser.newPage();
    t.after(() => page.close());
    if (where === 'the same') {
      // The server has no page like this; the browser is told that it had.
      await page.route(`${server.url}/page`, (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
      for (const [path, file] of Object.entries(SCRIPTS)) {
        await page.route(server.url + path, (route) => route.fulfill({ path: fileURLToPath(file) }));
      }
      await page.goto(`${server.url}/page`);
    } else {
      await page.goto(`${origin()}/`);
    }
    return page;
  }

  for (const [transport, where] of TRANSPORTS) {
    test(`${transport}, from a page of ${where} origin`, async (t) => {
      const visitor = await newConversation(server);
      const page = await open(t, where);
      const heard = () => page.evaluate(() => window.heard);
      await page.evaluate(startClient, {
        url: `${server.url}/ws/chat?token=${visitor.accessToken}`,
        transport,
        topic: dotted(visitor.topic),
      });
      await until('the subscription', async () => {
        const { subscribed, closed, errors } = await heard();
        assert.equal(closed, undefined, `closed; ${errors}`);
        return subscribed;
      });
      assert.equal((await heard()).transport, transport);
      for (const content of CONTENTS) {
        const question = textFrom(visitor, visitor.thread, content);
        const destination = `/app/${dotted(visitor.topic)}`;
        await page.evaluate((frame) => window.client.publish(frame), { destination, body: JSON.stringify(question) });
        assert.equal((await agent.message(question.uid)).content, content);
        const answer = textFrom(agent, visitor.thread, content);
        await agent.send(answer);
        const arrived = await until('the answer', async () =>
          (await heard()).received.find(({ uid }) => uid === answer.uid),
        );
        assert.equal(arrived.content, content);
      }
      await soon(
        'deactivate()',
        page.evaluate(() => window.client.deactivate()),
      );
      const { errors, closed } = await heard();
      assert.deepEqual(errors, []);
      assert.match(closed, /^1000 /);
    });
  }

  test('left to itself it takes WebSocket', async (t) => {
    const visitor = await newConversation(server);
    const page = await open(t, 'another');
    const transport = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new window.SockJS(url);
          socket.onopen = () => resolve(socket.transport);
          socket.onclose = ({ code }) => resolve(`closed with ${code}`);
        }),
      `${server.url}/ws/chat?token=${visitor.accessToken}`,
    );
    assert.equal(transport, 'websocket');
  });
});
