// An agent in a browser: the workbench of somebody who has signed in, with visitors beside it.

import { Stack, PASSWORD } from '../stack.js';
import { visit } from './visitors.js';

/** A workbench for stories. */
export class WorkbenchStack {
  /** @param {Record<string, string>} env of the server. */
  static async start(env) {
    const workbench = new WorkbenchStack();
    workbench.stack = await Stack.start(env);
    workbench.visitors = [];
    return workbench;
  }

  /** A workgroup with one agent; `username` signs in with PASSWORD. */
  async team(options) {
    const made = await this.stack.desk(options);
    return { ...made, username: made.workgroup.replace('group', 'agent') };
  }

  /** A visitor of a workgroup. */
  async visitor(workgroup, options) {
    const made = await visit(this.stack.server.url, workgroup, options);
    this.visitors.push(made);
    return made;
  }

  /** The workbench as it is in `web/dist`, under the policy of the server. */
  get url() {
    return `${this.stack.url}/agent/`;
  }

  /** The workbench that the server carries. */
  get embedded() {
    return `${this.stack.server.url}/agent/`;
  }

  /** Opens the workbench and signs in. */
  async signIn(page, username, words = { user: 'User name', password: 'Password', submit: 'Sign in' }) {
    await page.goto(this.url);
    await page.getByLabel(words.user).fill(username);
    await page.getByLabel(words.password).fill(PASSWORD);
    await page.getByRole('button', { name: words.submit }).click();
    await page.getByRole('navigation').first().waitFor();
  }

  async stop() {
    await Promise.all(this.visitors.map((visitor) => visitor.close()));
    await this.stack.stop();
  }
}
