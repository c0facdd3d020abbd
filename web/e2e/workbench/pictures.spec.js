// The pictures of the workbench for the README: a morning at a small desk. Only where `DESKWIRE_PICTURES` names a folder.

import { writeFileSync } from 'node:fs';
import { samples } from '../content-samples.js';
import { WorkbenchStack } from './desk.js';
import { expect, test } from './page.js';
import { words } from './words.js';

const folder = process.env.DESKWIRE_PICTURES;

const scenes = {
  en: {
    read: 'Read',
    writing: /is writing/,
    people: ['Ann', 'Ben', 'Clara'],
    others: { df_ag_uid: 'Dora', admin: 'Eve' },
    groups: ['Sales', 'Care', 'Wholesale'],
    said: [
      'Hello! My order 20931 has not come yet.',
      'Let me look at that for you.',
      'It left our house on Friday. The carrier says it arrives today before six.',
      'Wonderful, thank you! Do you still have the small teapot?',
      'We do. This is the one:',
    ],
    asks: [
      'Can I change the address of my order?',
      'Which tea goes with this pot?',
      'Do you ship to Norway?',
    ],
  },
  zh: {
    read: '已读',
    writing: /正在输入/,
    people: ['林晓', '周宁', '何静'],
    others: { df_ag_uid: '沈悦', admin: '管理员' },
    groups: ['售前', '售后', '批发'],
    said: [
      '你好，我的订单 20931 还没有到。',
      '好的，我马上帮您查一下。',
      '包裹周五已发出，快递显示今天下午六点前送达。',
      '太好了，谢谢！那款小茶壶还有货吗？',
      '有的，就是这一款：',
    ],
    asks: ['可以改收货地址吗？', '这把壶适合泡什么茶？', '能开发票吗？'],
  },
};

let bench;
test.skip(!folder, 'nobody wants pictures');
test.beforeAll(async () => {
  bench = await WorkbenchStack.start();
});
test.afterAll(() => bench?.stop());

/** Keeps what the page shows, as the browser's own WebP. */
async function keep(page, name) {
  const shot = (await page.screenshot()).toString('base64');
  const canvas = await page.context().newPage();
  const webp = await canvas.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const drawn = Object.assign(document.createElement('canvas'), { width, height });
    drawn.getContext('2d').drawImage(image, 0, 0);
    return drawn.toDataURL('image/webp', 0.86).split(',')[1];
  }, shot);
  await canvas.close();
  writeFileSync(`${folder}/${name}.webp`, Buffer.from(webp, 'base64'));
}

/** People and workgroups with the names of the scene. */
async function teamsOf({ people, others, groups }) {
  const { admin } = bench.stack;
  const known = (await admin.get('/api/v1/agent/query/org', { pageSize: 100 })).content;
  for (const { uid, username } of known) {
    const nickname = others[uid] ?? others[username];
    if (nickname) {
      await admin.post('/api/v1/agent/update', { uid, nickname });
    }
  }
  const teams = [];
  for (const [index, name] of people.entries()) {
    const team = await bench.team({ name });
    await admin.post('/api/v1/workgroup/update', { uid: team.workgroup, name: groups[index] });
    teams.push(team);
  }
  return teams;
}

test('a conversation, and the board', async ({ page, browser, locale, isMobile, colorScheme }) => {
  const lang = locale === 'zh-CN' ? 'zh' : 'en';
  const [t, scene] = [words[lang], scenes[lang]];
  const suffix = `${isMobile ? '-phone' : ''}${lang === 'zh' ? '-zh' : ''}${colorScheme === 'dark' ? '-dark' : ''}`;
  const [own, ...others] = await teamsOf(scene);
  await bench.signIn(page, own.username, t.signIn);
  await page.getByRole('button', { name: new RegExp(t.online) }).waitFor();
  const [first, ...more] = t.names;
  const visitor = await bench.visitor(own.workgroup, {
    name: first,
    more: {
      url: 'https://shop.example/teapot',
      title: t.title,
      browser: 'Chrome 156',
      os: 'macOS',
      lang,
      mobile: '13800001234',
    },
  });
  const [asked, looks, found, again, shows] = scene.said;
  await visitor.say(asked);
  for (const text of [looks, found]) {
    await own.agent.say(visitor.topic, text);
  }
  await visitor.hears(found);
  await visitor.say(again);
  await own.agent.say(visitor.topic, shows);
  await own.agent.say(visitor.topic, ...samples[lang].find(([type]) => type === 'GOODS').toReversed());
  await own.agent.post('/api/v1/thread/whisper', { topic: visitor.topic, content: t.note });
  await own.agent.post('/api/v1/thread/update/tagList', { topic: visitor.topic, tagList: [t.tag] });
  for (const [index, name] of more.entries()) {
    await (await bench.visitor(own.workgroup, { name })).say(scene.asks[index]);
  }
  for (const [index, { workgroup, agent }] of others.entries()) {
    await agent.online();
    for (const name of t.names.slice(index)) {
      const other = await bench.visitor(workgroup, { name });
      await other.say(scene.asks[index]);
      await agent.say(other.topic, looks);
    }
  }
  await page.getByRole('link', { name: new RegExp(first) }).click();
  await page.getByText(t.note).waitFor();
  await expect.poll(() => visitor.conversation.view.messages.length).toBeGreaterThan(5);
  visitor.conversation.markRead();
  await page.getByRole('log').getByText(scene.read, { exact: true }).waitFor();
  visitor.conversation.typing();
  await page.getByText(scene.writing).last().waitFor();
  await keep(page, `workbench${suffix}`);
  if (!isMobile && lang === 'en') {
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1366, height: 768 } });
    const admin = await context.newPage();
    await bench.signIn(admin, 'admin', t.signIn);
    await admin.evaluate(() => void (location.hash = '/board'));
    await admin.locator('tbody tr').first().waitFor();
    await admin.waitForTimeout(1000);
    await keep(admin, `workbench-board${suffix}`);
    await context.close();
  }
});
