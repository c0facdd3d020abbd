// Every screen of the workbench: accessible in both languages, both modes and both widths, and photographed to be looked at.

import { samples } from '../content-samples.js';
import { look } from '../look.js';
import { WorkbenchStack } from './desk.js';
import { expect, test } from './page.js';
import { words } from './words.js';

let bench;
let t;
let lang;
let wide;

test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());
test.beforeEach(({ locale, isMobile }) => {
  lang = locale === 'zh-CN' ? 'zh' : 'en';
  wide = !isMobile;
  t = words[lang];
});

const go = (page, path) => page.evaluate((to) => void (location.hash = to), path);

test('sign-in', async ({ page }) => {
  await page.goto(bench.url);
  await page.getByRole('heading').waitFor();
  await look(page, '01-sign-in');
  await page.getByRole('button', { name: t.signIn.submit }).click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await look(page, '02-sign-in-refused');
});

test('inbox, thread, dialogs', async ({ page }) => {
  const { username, workgroup, agent } = await bench.team({ name: lang === 'zh' ? '林晓' : 'Ann' });
  await agent.post('/api/v1/quickreply/create', {
    shortcut: 'hi',
    title: 'Greeting',
    content: 'Hello {visitor}, this is {agent}.',
  });
  await agent.post('/api/v1/quickreply/create', { shortcut: 'parcel', title: 'Parcel', content: t.say[2] });
  await bench.signIn(page, username, t.signIn);
  await page.getByRole('button', { name: new RegExp(t.online) }).waitFor();
  await look(page, '10-empty');
  const visitors = [];
  for (const name of t.names) {
    visitors.push(
      await bench.visitor(workgroup, {
        name,
        more: {
          url: 'https://shop.example/teapot',
          title: t.title,
          browser: 'Chrome 156',
          os: 'macOS',
          lang,
          mobile: '13800001234',
        },
      }),
    );
    await visitors.at(-1).say(t.say[0]);
  }
  const [first] = visitors;
  await first.say(t.say[1]);
  await page.getByRole('link', { name: new RegExp(t.names[0]) }).click();
  const composer = page.getByRole('textbox', { name: t.reply, exact: true });
  await composer.fill(t.say[2]);
  await composer.press('Enter');
  await first.hears(t.say[2]);
  for (const [type, content] of samples[lang].slice(0, 6)) {
    await agent.say(first.topic, content, type);
  }
  await agent.post('/api/v1/thread/whisper', { topic: first.topic, content: t.note });
  await agent.post('/api/v1/thread/update/tagList', { topic: first.topic, tagList: [t.tag] });
  first.conversation.markRead();
  first.conversation.typing();
  await page.getByText(t.note).waitFor();
  await page.getByRole('log').getByText(t.read, { exact: true }).waitFor();
  await page.getByText(t.typing).first().waitFor();
  if (wide) {
    await look(page, '11-thread');
    await page.keyboard.press('Escape');
    await composer.fill('/');
    await page.getByRole('option').first().waitFor();
    await look(page, '12-canned');
    await composer.fill('');
  } else {
    await look(page, '11-thread');
    const details = page.getByRole('button', { name: t.details, exact: true });
    await details.click();
    const context = page.getByRole('complementary');
    await context.waitFor();
    await look(page, '12-context');
    await context.getByRole('button', { name: t.close, exact: true }).click();
    await context.waitFor({ state: 'detached' });
  }
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await look(page, '13-commands');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('t');
  await page.getByRole('dialog').waitFor();
  await page.getByRole('option').first().waitFor();
  await look(page, '14-transfer');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await look(page, '15-keys');
  await page.keyboard.press('Escape');
  if (!wide) {
    await go(page, '/inbox');
  }
  await page.getByRole('link', { name: new RegExp(t.names[1]) }).waitFor();
  await look(page, '16-list');
});

test('asking, blocking, and a network that is gone', async ({ page, context }) => {
  const { username, workgroup, agent } = await bench.team();
  await bench.signIn(page, username, t.signIn);
  await page.getByRole('button', { name: new RegExp(t.online) }).waitFor();
  const visitor = await bench.visitor(workgroup, { name: t.names[0] });
  await visitor.say(t.say[0]);
  await page.getByRole('link', { name: new RegExp(t.names[0]) }).click();
  await page.getByRole('log').getByText(t.say[0]).waitFor();
  const colleague = await bench.team({ name: t.agents[1] });
  await colleague.agent.online();
  const asked = { topic: visitor.topic, agentUid: colleague.agent.user.uid };
  await agent.post('/api/v1/thread/transfer/create', asked);
  await page.getByText(t.pending).waitFor();
  await look(page, '17-transfer-pending');
  await page.getByRole('button', { name: t.more }).click();
  await page.getByRole('menuitem').last().click();
  await page.getByRole('dialog').waitFor();
  await look(page, '18-block');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await context.setOffline(true);
  const composer = page.getByRole('textbox', { name: t.reply, exact: true });
  await composer.fill(t.say[2]);
  await composer.press('Enter');
  await page.locator('.connection p').waitFor({ timeout: 30_000 });
  await look(page, '19-offline');
  await context.setOffline(false);
  await visitor.hears(t.say[2]);
  await expect(page.getByRole('log').getByText(t.say[2])).toHaveCount(1);
  await colleague.agent.offline();
});

test('queue', async ({ page }) => {
  const { username, workgroup } = await bench.team({ capacity: 1 });
  await bench.signIn(page, username, t.signIn);
  await page.getByRole('button', { name: new RegExp(t.online) }).waitFor();
  await go(page, '/queue');
  await page.getByRole('main').waitFor();
  await look(page, '20-queue-empty');
  for (const name of t.names) {
    const visitor = await bench.visitor(workgroup, { name });
    await visitor.say(t.say[0]);
  }
  await expect(page.getByRole('listitem')).toHaveCount(3, { timeout: 20_000 });
  await look(page, '21-queue');
});

test('other pages', async ({ page }) => {
  const { username, workgroup, agent } = await bench.team({ settings: { rateMinMessages: 1 } });
  await bench.signIn(page, username, t.signIn);
  await page.getByRole('button', { name: new RegExp(t.online) }).waitFor();
  for (const [index, name] of t.names.entries()) {
    const visitor = await bench.visitor(workgroup, { name });
    await visitor.say(t.say[0]);
    await agent.say(visitor.topic, t.say[2]);
    await visitor.conversation.rate({ score: 5 - index, resolved: index < 2, text: t.say[index % 2] });
    await visitor.conversation.leaveMessage({ text: t.say[0], name, contact: '13800001234' });
  }
  await agent.post('/api/v1/quickreply/create', {
    shortcut: 'hi',
    title: 'Greeting',
    content: 'Hello {visitor}, this is {agent}.',
  });
  await go(page, '/search');
  await page.getByRole('searchbox').fill('20931');
  await page.getByRole('searchbox').press('Enter');
  await look(page, '30-search-none');
  await page.getByRole('searchbox').fill(lang === 'zh' ? '包裹' : 'parcel');
  await page.getByRole('searchbox').press('Enter');
  await page.locator('mark').first().waitFor();
  await look(page, '31-search');
  await go(page, '/left');
  await page.locator('.row').first().click();
  await page.getByRole('textbox').waitFor();
  await look(page, '32-left');
  await go(page, '/ratings');
  await page.locator('.rating-row').first().waitFor();
  await look(page, '33-ratings');
  await go(page, '/canned');
  await page.locator('.canned-row').first().waitFor();
  await look(page, '34-canned');
  await page.getByRole('main').getByRole('button').first().click();
  await page.getByRole('dialog').getByRole('radio').nth(1).check({ force: true });
  await look(page, '36-canned-card');
  await page.keyboard.press('Escape');
  await go(page, '/preferences');
  await page.getByRole('switch').first().waitFor();
  await look(page, '35-preferences');
});

test('supervision, reports, administration', async ({ page }) => {
  const { workgroup, agent } = await bench.team({ name: lang === 'zh' ? '林晓' : 'Ann', capacity: 2 });
  await agent.online();
  for (const name of t.names) {
    const visitor = await bench.visitor(workgroup, { name });
    await visitor.say(t.say[0]);
  }
  const [first, second] = await agent.threads();
  await agent.say(first.topic, t.say[2]);
  await agent.say(second.topic, t.say[2]);
  await agent.post('/api/v1/thread/close', { topic: second.topic });
  await bench.signIn(page, 'admin', t.signIn);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.locator('.setup').waitFor();
  await look(page, '40-setup');
  await go(page, '/board');
  await page.locator('tbody tr').first().waitFor();
  await look(page, '41-board');
  await page.getByRole('row').filter({ hasText: t.names[0] }).first().getByRole('link').click();
  await page.getByRole('log').getByText(t.say[0]).first().waitFor();
  await look(page, '42-watch');
  await go(page, '/review');
  await page.locator('.rows .row').first().waitFor();
  await look(page, '44-review');
  await page.locator('.rows .row').first().click();
  await page.getByRole('log').getByText(t.say[2]).first().waitFor();
  await look(page, '45-review-open');
  await go(page, '/reports');
  await page.locator('canvas').waitFor();
  await look(page, '43-reports');
  for (const [number, tab] of ['agents', 'groups', 'words', 'blocks', 'webhooks'].entries()) {
    await go(page, `/admin/${tab}`);
    await page.locator('.cards, .empty').first().waitFor();
    await look(page, `${50 + number}-admin-${tab}`);
  }
  await go(page, '/admin/faqs');
  await page.getByRole('combobox').selectOption(workgroup);
  await page.locator('.empty').waitFor();
  await look(page, '70-faqs-none');
  await page.getByRole('main').getByRole('button').click();
  await page.getByRole('dialog').waitFor();
  await page.getByRole('dialog').getByRole('textbox').first().fill(t.say[0]);
  await page.getByRole('dialog').getByRole('textbox').nth(1).fill(t.say[2]);
  await look(page, '71-faq');
  await page.getByRole('dialog').locator('[type=submit]').click();
  await page.locator('.canned-row').waitFor();
  await look(page, '72-faqs');
  await go(page, '/admin/groups');
  await page
    .getByRole('button', { name: /Team|Demo/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox').first().waitFor();
  const tabs = dialog.getByRole('tab');
  for (let tab = 0; tab < (await tabs.count()); tab += 1) {
    await tabs.nth(tab).click();
    if (tab === 1 || tab === 3) {
      await dialog.getByRole('switch').first().click();
    }
    if (tab === 3) {
      await dialog.getByRole('radio').nth(1).check({ force: true });
      await dialog.getByRole('listitem').last().getByRole('button').click();
    }
    await look(page, `${55 + tab}-admin-settings`);
  }
  await agent.offline();
});

test('channels', async ({ page }) => {
  await bench.team({
    channel: { title: t.shop, greeting: t.greeting, brand: '#7a1f5c', identity: 'optional' },
  });
  await bench.signIn(page, 'admin', t.signIn);
  await page.getByRole('heading').first().waitFor();
  await go(page, '/admin/channels');
  const row = page.getByRole('listitem').filter({ hasText: t.shop }).last();
  await row.waitFor();
  await look(page, '60-channels');
  await row.getByRole('button').click();
  const preview = page.frameLocator('iframe');
  await preview.getByRole('heading', { name: t.greeting }).waitFor();
  await page.getByRole('heading', { level: 4 }).first().waitFor();
  await look(page, '61-channel');
  await page.getByRole('heading', { level: 4 }).last().scrollIntoViewIfNeeded();
  await look(page, '62-channel-identity');
  await page.locator('.designer-preview').scrollIntoViewIfNeeded();
  await look(page, '63-channel-preview');
});
