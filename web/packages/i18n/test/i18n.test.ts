import { describe, expect, it } from 'vitest';
import { chooseLocale, createFormats, createTranslator, sharedChinese, sharedEnglish } from '../src/index.js';

const zh = { hello: '你好，{name}', plain: '好', unread: { other: '{count} 条未读' } } as const;
const en = {
  hello: 'Hello {name}',
  plain: 'Good',
  unread: { one: '{count} unread', other: '{count} unread' },
};

describe('texts', () => {
  it('fills placeholders and chooses by number', () => {
    const t = createTranslator(
      { 'zh-CN': zh, en: { ...en, unread: { one: 'one', other: '{count} many' } } },
      'en',
    );
    expect([
      t('hello', { name: 'Ann' }),
      t('plain'),
      t('unread', { count: 1 }),
      t('unread', { count: 3 }),
    ]).toEqual(['Hello Ann', 'Good', 'one', '3 many']);
    expect(createTranslator({ 'zh-CN': zh, en }, 'zh-CN')('unread', { count: 1 })).toBe('1 条未读');
  });

  it('wants what is missing', () => {
    const t = createTranslator({ 'zh-CN': zh, en }, 'en');
    // @ts-expect-error: `name` has to be given
    t('hello');
    // @ts-expect-error: there is no such text
    t('nothing');
    // @ts-expect-error: English lacks a text
    createTranslator({ 'zh-CN': zh, en: { hello: 'Hello {name}' } }, 'zh-CN');
  });

  it('has the same placeholders in both languages', () => {
    const placeholders = (text: unknown) => (JSON.stringify(text).match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of Object.entries(sharedChinese)) {
      expect(placeholders(sharedEnglish[key as keyof typeof sharedChinese]), key).toEqual(placeholders(text));
    }
  });

  it.each([
    [['fr', 'zh-TW'], 'zh-CN'],
    [['en-GB'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
  ])('chooses a language for %j', (wanted, locale) => expect(chooseLocale(wanted)).toBe(locale));
});

describe('formats', () => {
  const now = Date.UTC(2026, 10, 21, 12, 30);
  const english = createFormats('en', 'UTC');
  const chinese = createFormats('zh-CN', 'UTC');
  const DAY = 86_400_000;

  it.each([
    [english.time(now), '12:30'],
    [english.day(now, now), 'Today'],
    [english.day(now - DAY, now), 'Yesterday'],
    [chinese.day(now - DAY, now), '昨天'],
    [english.day(now - 3 * DAY, now), 'Wednesday'],
    [english.day(now - 30 * DAY, now), 'October 22, 2026'],
    [english.ago(now - 30_000, now), 'this minute'],
    [chinese.ago(now - 180_000, now), '3分钟前'],
    [english.ago(now - 2 * 3_600_000, now), '2 hr. ago'],
    [english.span(65_000), '1:05'],
    [english.span(3_723_000), '1:02:03'],
    [english.span(-1), '0:00'],
    [english.size(999), '999 B'],
    [english.size(1_250_000), '1.3 MB'],
    [english.size(0), '0 B'],
    [english.number(12345), '12,345'],
    [english.percent(0.83), '83%'],
  ])('%s', (shown, expected) => expect(shown).toBe(expected));
});
