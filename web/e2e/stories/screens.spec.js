// Every screen of the panel: accessible in both languages, both modes and both widths, and photographed to be looked at.

import { expect, test } from '@playwright/test';
import { HookReceiver } from '../../../tests/e2e/hook-receiver.js';
import { samples } from '../content-samples.js';
import { look } from '../look.js';
import { Stack } from '../stack.js';
import { words } from '../words.js';

let stack;
let t;
let lang;

test.beforeAll(async () => {
  stack = await Stack.start({ DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]' });
});
test.afterAll(() => stack?.stop());
test.beforeEach(({ locale }) => {
  lang = locale === 'zh-CN' ? 'zh' : 'en';
  t = words[lang];
});

const open = (page, channel, more = '') =>
  page.goto(`${stack.url}/chat/?channel=${channel}&lang=${lang === 'zh' ? 'zh-CN' : 'en'}${more}`);

const shopIn = {
  zh: {
    title: '玉石茶具',
    greeting: '您好，有什么可以帮您？',
    faqs: [
      { question: '我的包裹到哪里了？', answer: '请打开**我的订单**查看物流。' },
      { question: '如何退换货？', answer: '七天无理由退换。' },
      { question: '可以开发票吗？', answer: '可以，请在订单里申请。' },
    ],
  },
  en: {
    title: 'Jade & Stone',
    greeting: 'Hello! How can we help?',
    faqs: [
      { question: 'Where is my parcel?', answer: 'See **My orders**.' },
      { question: 'How do I return something?', answer: 'Within thirty days.' },
      { question: 'Can I have an invoice?', answer: 'Ask for it with your order.' },
    ],
  },
};

/** Open at any time of the day, so that the story can be told at any. */
const hours = {
  shifts: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }],
  holidays: [],
  extraDays: [],
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
    { name: t.sales, description: t.salesIs },
    { name: t.care, description: t.careIs },
  ];
  const { agent, channel } = await stack.desk({
    channel: { ...shopIn[lang], services, askName: true },
    settings: { hours },
  });
  await agent.online();
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
    buffer: await log.screenshot(),
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

test('a robot, and a person after it', async ({ page }) => {
  const mind = await HookReceiver.start();
  const { agent, channel, workgroup } = await stack.desk({ name: agentName(), channel: shopIn[lang] });
  await stack.admin.post('/api/v1/webhook/create', { url: mind.url, robotOf: workgroup });
  await agent.online();
  let goOn;
  const looked = new Promise((resolve) => (goOn = resolve));
  const [begin, rest] = t.robotSays.map((answer) => `${JSON.stringify({ answer })}\n`);
  mind.answer = () => ({
    stream: async (write, end) => {
      write(begin);
      await looked;
      write(rest);
      end();
    },
  });
  await open(page, channel);
  await page.getByRole('button', { name: t.start }).click();
  const field = page.getByRole('textbox', { name: t.write });
  await field.fill(t.hours);
  await field.press('Enter');
  const answer = page.getByRole('log').locator('article.theirs .prose');
  await expect(answer).toContainText(t.robotSays[0].trim());
  await expect(answer).toHaveAttribute('aria-busy', 'true');
  await look(page, 'robot-speaks');
  goOn();
  await expect(answer.locator('strong')).toHaveText(t.robotBold);
  await expect(answer).not.toHaveAttribute('aria-busy', 'true');
  await look(page, 'robot');
  await page.getByRole('button', { name: t.human }).click();
  await expect(page.getByRole('heading', { name: agentName() })).toBeVisible();
  await expect.poll(() => agent.threads()).toHaveLength(1);
  await expect(page.getByRole('button', { name: t.human })).toHaveCount(0);
  await expect(answer).toHaveCount(1);
  await mind.kill();
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
  const { agent, channel } = await stack.desk({ channel: shopIn[lang] });
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
