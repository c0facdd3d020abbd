// Everything a story needs: the real server with the pages that it serves, a shop on another origin, and a desk.

import { createServer } from 'node:http';
import { Server } from '../../tests/e2e/harness.js';
import { Agent, call } from './agent.js';
import { shopPages } from './shop-pages.js';

export const PASSWORD = 'correct horse battery staple';

let number = 0;

/** A text in both languages. */
const both = (text) => ({ 'zh-CN': text, en: text });

/** `pages` of shops, by path, on an origin of their own. */
async function openShop(pages) {
  const shop = createServer((request, response) => {
    const page = pages[new URL(request.url, 'http://shop').pathname];
    response.writeHead(page ? 200 : 404, page?.headers).end(page?.body);
  });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  return shop;
}

/** The stack of one story file. */
export class Stack {
  static async start(env = {}) {
    const stack = new Stack();
    stack.server = await Server.start({
      env: {
        DESKWIRE_ADMIN_PASSWORD: PASSWORD,
        DESKWIRE__LIMITS__VISITOR_MESSAGES_PER_SECOND: '1000',
        ...env,
      },
    });
    stack.url = stack.server.url;
    stack.pages = shopPages(stack.url);
    stack.shop = await openShop(stack.pages);
    stack.shopUrl = `http://127.0.0.1:${stack.shop.address().port}`;
    stack.admin = await Agent.login(stack.url, 'admin', PASSWORD);
    return stack;
  }

  /**
   * A workgroup with one agent, who is not online yet, and a channel that leads to it. `channel` are settings of the channel
   * with plain texts; `services` of it are further workgroups, made by their names; `faqs` are questions of the first one.
   */
  async desk({ name = 'Ann', settings = {}, channel = {}, capacity = 5 } = {}) {
    number += 1;
    const [username, workgroup] = [`agent${number}`, `group${number}`];
    await this.admin.post('/api/v1/agent/create', {
      uid: username,
      username,
      nickname: name,
      password: PASSWORD,
      capacity,
    });
    await this.#workgroup(workgroup, username);
    await this.admin.post('/api/v1/settings/update', { uid: workgroup, settings });
    const {
      title = 'Jade & Stone',
      greeting = '',
      services = [{ name: 'Sales' }],
      faqs = [],
      ...rest
    } = channel;
    for (const faq of faqs) {
      await this.admin.post('/api/v1/faq/create', { serviceUid: workgroup, ...faq });
    }
    const asked = [];
    for (const [index, service] of services.entries()) {
      const uid = index === 0 ? workgroup : `${workgroup}-${index}`;
      if (index > 0) {
        await this.#workgroup(uid, username);
      }
      asked.push({ uid, name: both(service.name), description: both(service.description ?? '') });
    }
    const made = await this.admin.post('/api/v1/channel/create', {
      uid: workgroup,
      name: title,
      settings: { title: both(title), greeting: both(greeting), services: asked, ...rest },
    });
    const agent = await Agent.login(this.url, username, PASSWORD);
    return { channel: made.uid, secret: made.secret, workgroup, agent };
  }

  /** Puts a page of a shop at `path`, with `snippet` pasted into it; its address. */
  paste(path, snippet) {
    const body = `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main>${snippet}</html>`;
    this.pages[path] = { body, headers: { 'content-type': 'text/html; charset=utf-8' } };
    return `${this.shopUrl}${path}`;
  }

  #workgroup(uid, agent) {
    return this.admin.post('/api/v1/workgroup/create', { uid, name: 'Team', agentUids: [agent] });
  }

  /** A visitor beside the browser, to fill places. */
  async otherVisitor(workgroup) {
    const visitor = await call(this.url, '/visitor/api/v1/init', {
      body: { orgUid: 'df_org_uid', nickname: 'Other', channel: 'WEB' },
    });
    await call(this.url, '/visitor/api/v1/thread', {
      token: visitor.accessToken,
      body: { uid: visitor.uid, orgUid: 'df_org_uid', type: '1', sid: workgroup },
    });
    return visitor;
  }

  async stop() {
    this.shop.closeAllConnections();
    await new Promise((resolve) => this.shop.close(resolve));
    await this.server.stop();
  }
}
