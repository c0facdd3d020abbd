// Every screen of the panel: accessible in both languages, both modes and both widths, and photographed to be looked at.

import { expect, test } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { expectAccessible } from '../axe.js';
import { samples } from '../content-samples.js';
import { Stack } from '../stack.js';
import { words } from '../words.js';

const shots = process.env.DESKWIRE_SHOTS;
let stack;
let t;
let lang;

test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());
test.beforeEach(({ locale }) => {
  lang = locale === 'zh-CN' ? 'zh' : 'en';
  t = words[lang];
});

/** Checks the screen, and keeps a picture of it where pictures are wanted. */
async function look(page, name) {
  await expectAccessible(page);
  if (shots) {
    const folder = `${shots}/${test.info().project.name}`;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png` });
  }
}

const open = (page, channel, more = '') =>
  page.goto(`${stack.url}/chat/?channel=${channel}&lang=${lang === 'zh' ? 'zh-CN' : 'en'}${more}`);

const shopIn = {
  zh: {
    title: '玉石茶具',
    greeting: '您好，有什么可以帮您？',
    hours: '周一至周五 9:00–18:00',
    open: true,
    faqs: [
      { id: '1', question: '我的包裹到哪里了？', answer: '请打开**我的订单**查看物流。' },
      { id: '2', question: '如何退换货？', answer: '七天无理由退换。' },
      { id: '3', question: '可以开发票吗？', answer: '' },
    ],
  },
  en: {
    title: 'Jade & Stone',
    greeting: 'Hello! How can we help?',
    hours: 'Mon–Fri 9:00–18:00',
    open: true,
    faqs: [
      { id: '1', question: 'Where is my parcel?', answer: 'See **My orders**.' },
      { id: '2', question: 'How do I return something?', answer: 'Within thirty days.' },
      { id: '3', question: 'Can I have an invoice?', answer: '' },
    ],
  },
};

const agentName = () => (lang === 'zh' ? '林晓' : 'Ann');

async function chatting(page, more = {}) {
  const desk = await stack.desk({ name: agentName(), channel: shopIn[lang], ...more });
  await desk.agent.online();
  await open(page, desk.channel);
  await page.getByRole('button', { name: t.start }).click();
  await page.getByRole('textbox', { name: t.write }).waitFor();
  const [thread] = await desk.agent.threads();
  return { ...desk, topic: thread.topic };
}

test('home, choice, menu, privacy', async ({ page }) => {
  const services = [
    { kind: 'workgroup', id: 'sales', name: t.sales, description: t.salesIs },
    { kind: 'workgroup', id: 'care', name: t.care, description: t.careIs },
  ];
  const { channel } = await stack.desk({ channel: { ...shopIn[lang], services, askName: true } });
  await open(page, channel);
  await page.getByRole('button', { name: t.start }).waitFor();
  await page.getByText(shopIn[lang].faqs[0].question).click();
  await look(page, 'home');
  await page.getByRole('button', { name: t.menu }).click();
  await look(page, 'menu');
  await page.getByRole('menuitem', { name: t.privacy }).click();
  await look(page, 'privacy');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: t.start }).click();
  await look(page, 'choose');
});

test('a thread with everything in it', async ({ page }) => {
  const { agent, topic } = await chatting(page);
  const log = page.getByRole('log');
  await page.getByRole('textbox').fill(t.question);
  await page.getByRole('textbox').press('Enter');
  await expect(log.getByText(t.question)).toBeVisible();
  await expect.poll(async () => (await agent.history(topic)).at(-1).content).toBe(t.question);
  const [first] = (await agent.history(topic)).slice(-1);
  for (const [type, content] of samples[lang]) {
    const quoted = type === 'QUOTATION' && {
      quotedMessageUid: first.uid,
      quotedSenderName: first.user.nickname,
      quotedContent: first.content,
    };
    await agent.say(topic, quoted ? { ...content, ...quoted } : content, type);
  }
  await expect(log.getByText(samples[lang].at(-1)[1].content)).toBeVisible();
  await look(page, 'thread-end');
  await log.evaluate((box) => box.scrollTo(0, 430));
  await look(page, 'thread-cards');
  await log.evaluate((box) => box.scrollTo(0, 1050));
  await look(page, 'thread-more-cards');
  await log.evaluate((box) => box.scrollTo(0, 100));
  await expect(page.getByRole('button', { name: t.latest })).toBeVisible();
  await agent.say(topic, t.another);
  await expect(page.getByRole('button', { name: t.oneNew })).toBeVisible();
  await look(page, 'jump-pill');
  await page.getByRole('button', { name: t.oneNew }).click();
  await page.getByRole('button', { name: t.emoji }).click();
  await look(page, 'emoji');
});

test('a short talk', async ({ page }) => {
  const { agent, topic } = await chatting(page);
  const log = page.getByRole('log');
  const field = page.getByRole('textbox');
  for (const said of [t.question, t.details]) {
    await field.fill(said);
    await field.press('Enter');
    await expect(log.getByText(said)).toBeVisible();
  }
  await expect.poll(async () => (await agent.history(topic)).length).toBeGreaterThan(2);
  await agent.read(topic);
  await agent.say(topic, t.answer);
  await agent.say(topic, { name: t.teapot, price: '¥ 268.00', countdownSeconds: 60 }, 'ORDER_CARD');
  await expect(page.getByRole('button', { name: t.pay })).toBeVisible();
  await agent.type(topic);
  await expect(page.locator('.typing')).toBeVisible();
  await look(page, 'thread');
  await page.getByRole('button', { name: t.pay }).click();
  await expect(page.getByText(t.paid, { exact: true })).toBeVisible();
  await page.setInputFiles('input[type=file]', {
    name: 'tea.png',
    mimeType: 'image/png',
    buffer: await page.screenshot({ clip: { x: 0, y: 0, width: 300, height: 200 } }),
  });
  await expect(page.locator('.picture img')).toBeVisible();
  await page.setInputFiles('input[type=file]', {
    name: 'bill.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('17'),
  });
  await expect(page.locator('.file a[href]')).toBeVisible();
  await page.locator('article').last().focus();
  await look(page, 'thread-files');
  await page.locator('.picture').click();
  await look(page, 'viewer');
  await page.keyboard.press('Escape');
  await agent.post('/api/v1/thread/close', { topic });
  await expect(page.getByText(t.ended, { exact: true })).toBeVisible();
  await page.getByRole('button', { name: t.rate }).click();
  await page.getByRole('radio', { name: t.good, exact: true }).check({ force: true });
  await look(page, 'rating');
  await page.getByRole('button', { name: t.sendRating }).click();
  await expect(page.getByText(t.thanks)).toBeVisible();
  await look(page, 'ended');
  await page.getByRole('button', { name: t.back }).click();
  await page.getByRole('button', { name: t.menu }).click();
  await page.getByRole('menuitem', { name: t.history }).click();
  await expect(page.getByRole('heading', { name: t.history })).toBeVisible();
  await look(page, 'history');
});

test('states of trouble, and an answer to a message', async ({ page, context }) => {
  const { agent, topic } = await chatting(page);
  await agent.say(topic, t.answer);
  const article = page.locator('article.theirs').last();
  await expect(article).toContainText(t.answer);
  await article.hover();
  await article.getByRole('button', { name: t.actions }).click();
  await look(page, 'actions');
  await page.getByRole('menuitem', { name: t.quote }).click();
  await page.getByRole('textbox').fill(t.details);
  await look(page, 'quoting');
  await page.getByRole('textbox').press('Enter');
  await expect(page.locator('blockquote')).toBeVisible();
  await context.setOffline(true);
  await page.getByRole('textbox').fill(t.question);
  await page.getByRole('textbox').press('Enter');
  await page.route('**/file/upload/**', (route) => route.fulfill({ status: 413, json: { code: 413 } }));
  await page.setInputFiles('input[type=file]', {
    name: 'a.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('1'),
  });
  await expect(page.locator('.receipt.bad')).toBeVisible();
  await expect(page.locator('.connection')).toBeVisible({ timeout: 30_000 });
  await look(page, 'trouble');
  await context.setOffline(false);
  await expect(page.getByText(t.sending)).toHaveCount(0, { timeout: 30_000 });
});

test('the queue', async ({ page }) => {
  const { agent, channel, workgroup } = await stack.desk({ channel: shopIn[lang], capacity: 1 });
  await agent.online();
  for (let other = 0; other < 3; other += 1) {
    await stack.otherVisitor(workgroup);
  }
  await open(page, channel);
  await page.getByRole('button', { name: t.start }).click();
  await expect(page.getByRole('heading', { name: t.queue })).toBeVisible();
  await look(page, 'queue');
});

test('a left message', async ({ page }) => {
  const { agent, channel } = await stack.desk({ channel: { ...shopIn[lang], open: false } });
  await open(page, channel);
  await page.getByRole('button', { name: t.start }).click();
  await page.getByLabel(t.leaveText).fill(t.question);
  await page.getByLabel(t.contact).fill('ann@example.com');
  await look(page, 'leave');
  await page.getByRole('button', { name: t.leave }).click();
  await expect(page.getByText(t.left)).toBeVisible();
  await look(page, 'left');
  const { content } = await agent.get('/api/v1/message/leave/query', {});
  expect(content[0].contact).toBe('ann@example.com');
  await agent.post('/api/v1/message/leave/reply', { uid: content[0].uid, reply: t.answer });
  await expect(page.getByRole('log').getByText(t.answer)).toBeVisible();
});

test('unreachable and blocked', async ({ page }) => {
  const { channel } = await stack.desk({ channel: shopIn[lang] });
  const answer = (status, code) => (route) =>
    route.fulfill({ status, json: { message: 'no', code, data: false } });
  await page.route('**/visitor/api/v1/init*', answer(403, -1));
  await open(page, channel);
  await expect(page.getByRole('heading', { name: t.blocked })).toBeVisible();
  await look(page, 'blocked');
  await page.unroute('**/visitor/api/v1/init*');
  await page.route('**/visitor/api/v1/init*', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('heading', { name: t.down })).toBeVisible();
  await look(page, 'unreachable');
  await page.unroute('**/visitor/api/v1/init*');
  await page.getByRole('button', { name: t.retry }).click();
  await expect(page.getByRole('button', { name: t.start })).toBeVisible();
});
