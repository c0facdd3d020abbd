// Everything a story needs: the real server, the pages in front of it, a shop on another origin, and a desk.

import { createServer } from 'node:http';
import { Server } from '../../tests/e2e/harness.js';
import { Agent, call } from './agent.js';
import { startFront } from './front.js';
import { shopPages } from './shop-pages.js';

export const PASSWORD = 'correct horse battery staple';

let number = 0;

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
    stack.channels = {};
    stack.front = await startFront(() => stack.server.url, stack.channels);
    stack.url = stack.front.url;
    const pages = shopPages(stack.url);
    stack.shop = createServer((request, response) => {
      const page = pages[new URL(request.url, 'http://shop').pathname];
      response.writeHead(page ? 200 : 404, page?.headers).end(page?.body);
    });
    await new Promise((resolve) => stack.shop.listen(0, '127.0.0.1', resolve));
    stack.shopUrl = `http://127.0.0.1:${stack.shop.address().port}`;
    stack.admin = await Agent.login(stack.server.url, 'admin', PASSWORD);
    return stack;
  }

  /** A workgroup with one agent, who is not online yet, and a channel that leads to it. */
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
    await this.admin.post('/api/v1/workgroup/create', {
      uid: workgroup,
      name: 'Team',
      agentUids: [username],
    });
    await this.admin.post('/api/v1/settings/update', { uid: workgroup, settings });
    const services = [{ kind: 'workgroup', id: workgroup, name: 'Sales' }];
    const setUp = {
      channel: workgroup,
      organisation: 'df_org_uid',
      title: 'Jade & Stone',
      services,
      ...channel,
    };
    this.channels[workgroup] = setUp;
    return { channel: workgroup, workgroup, agent: await Agent.login(this.server.url, username, PASSWORD) };
  }

  /** A visitor beside the browser, to fill places. */
  async otherVisitor(workgroup) {
    const visitor = await call(this.server.url, '/visitor/api/v1/init', {
      body: { orgUid: 'df_org_uid', nickname: 'Other', channel: 'WEB' },
    });
    await call(this.server.url, '/visitor/api/v1/thread', {
      token: visitor.accessToken,
      body: { uid: visitor.uid, orgUid: 'df_org_uid', type: '1', sid: workgroup },
    });
    return visitor;
  }

  async stop() {
    await this.front.stop();
    this.shop.closeAllConnections();
    await new Promise((resolve) => this.shop.close(resolve));
    await this.server.stop();
  }
}
