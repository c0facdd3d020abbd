// The page of an agent, and what stories do with it again and again. No story may break the server's policy or throw.

import { expect, test as base } from '@playwright/test';

const policy = /Content Security Policy|Trusted ?Type|TrustedHTML|TrustedScript/i;

/** What must not be told in the console of `page`, as it comes. */
export function watchConsole(page) {
  const told = [];
  page.on('console', (message) => policy.test(message.text()) && told.push(message.text()));
  page.on('pageerror', (error) => told.push(String(error)));
  return told;
}

/** Stories whose pages are watched. */
export const test = base.extend({
  context: async ({ context }, use) => {
    const told = [];
    context.on('page', (page) => told.push(watchConsole(page)));
    await use(context);
    expect(told.flat()).toEqual([]);
  },
});
export { expect };

export const composer = (page) => page.getByRole('textbox', { name: 'Reply', exact: true });
export const log = (page) => page.getByRole('log');
export const row = (page, name) => page.getByRole('link', { name: new RegExp(name) });
export const online = (page) => page.getByRole('button', { name: /Online/ }).waitFor();

/** An agent at work, with a visitor who has said something. */
export async function working(bench, page, { name = 'Vera', ...options } = {}) {
  const team = await bench.team(options);
  await bench.signIn(page, team.username);
  await online(page);
  const visitor = await bench.visitor(team.workgroup, { name });
  await visitor.say('Where is my parcel?');
  await row(page, name).click();
  await log(page).getByText('Where is my parcel?').waitFor();
  return { ...team, visitor };
}

/** Somebody else at the desk, in a browser of its own. */
export async function colleague(bench, browser, username) {
  const context = await browser.newContext({ locale: 'en' });
  const page = await context.newPage();
  const told = watchConsole(page);
  await bench.signIn(page, username);
  await online(page);
  return {
    page,
    async close() {
      expect(told).toEqual([]);
      await context.close();
    },
  };
}
