// The shop's words and goods in both languages.

import type { Locale, Translation } from '@deskwire/i18n';

const zhCN = {
  ribbon: '这是演示商店：右下角就是访客窗口。',
  workbench: '打开客服工作台',
  shop: '玉石茶具',
  goods: '茶具',
  language: 'English',
  title: '一壶清茶，慢慢喝。',
  intro: '手工烧制的青瓷与玉石茶具。每一件都可以问，每一问都有人答。',
  talk: '咨询客服',
  look: '看看茶具',
  ask: '问问这件',
  question: '你好，我想了解「{name}」。',
  promise: '七天无理由退换',
  promiseText: '不喜欢就退，运费我们出。',
  sent: '当天发货',
  sentText: '下午四点前下单，当天送出。',
  person: '有人在',
  personText: '工作日九点到六点，真人客服。',
  teapot: '龙泉青瓷壶',
  teapotText: '300 毫升，粉青釉',
  cup: '对杯',
  cupText: '两只，80 毫升',
  bowl: '盖碗',
  bowlText: '150 毫升，白瓷',
  jar: '茶叶罐',
  jarText: '软木盖，密封',
  invitation: '选茶具有疑问？我们在这里。',
  sender: '林晓',
} as const;

const en: Translation<typeof zhCN> = {
  ribbon: 'This is a demo shop. The visitor’s window is in the corner.',
  workbench: 'Open the agent workbench',
  shop: 'Jade & Stone',
  goods: 'Teaware',
  language: '中文',
  title: 'Tea takes its time.',
  intro: 'Celadon and stone, thrown and fired by hand. Ask about any piece; somebody will answer.',
  talk: 'Talk to us',
  look: 'See the teaware',
  ask: 'Ask about it',
  question: 'Hello, I would like to know more about “{name}”.',
  promise: 'Thirty days to return',
  promiseText: 'Not for you? We pay the postage.',
  sent: 'Sent the same day',
  sentText: 'Order before four in the afternoon.',
  person: 'People answer',
  personText: 'Weekdays from nine to six.',
  teapot: 'Longquan teapot',
  teapotText: '300 ml, pale celadon',
  cup: 'Pair of cups',
  cupText: 'Two, 80 ml each',
  bowl: 'Lidded bowl',
  bowlText: '150 ml, white porcelain',
  jar: 'Tea jar',
  jarText: 'Cork lid, air-tight',
  invitation: 'Questions about our teaware? We are here.',
  sender: 'Ann',
};

/** Dictionaries by language. */
export const dictionaries: { readonly 'zh-CN': typeof zhCN; readonly en: typeof en } = { 'zh-CN': zhCN, en };

/** What is sold: keys of its name and description, and its price. */
export const goods = [
  { name: 'teapot', text: 'teapotText', price: { 'zh-CN': '¥268', en: '$38' } },
  { name: 'cup', text: 'cupText', price: { 'zh-CN': '¥96', en: '$14' } },
  { name: 'bowl', text: 'bowlText', price: { 'zh-CN': '¥158', en: '$22' } },
  { name: 'jar', text: 'jarText', price: { 'zh-CN': '¥128', en: '$18' } },
] as const satisfies readonly {
  name: keyof typeof zhCN;
  text: keyof typeof zhCN;
  price: Record<Locale, string>;
}[];
