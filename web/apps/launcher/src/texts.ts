// The few words that stand on the shop's own page.

import { chooseLocale } from '@deskwire/i18n';
import type { Locale } from '@deskwire/i18n';

/** The words by language. */
export const words = {
  'zh-CN': {
    open: '打开在线客服',
    close: '关闭在线客服',
    panel: '在线客服',
    dismiss: '关闭提示',
    unread: '{count} 条未读消息',
  },
  en: {
    open: 'Open chat',
    close: 'Close chat',
    panel: 'Chat',
    dismiss: 'Dismiss',
    unread: 'Unread messages: {count}',
  },
} satisfies Record<Locale, object>;

/** The words of one language. */
export type Texts = (typeof words)['en'];

/** The language that is asked for; the page's own, or what the browser likes, if none is. */
export const languageFor = (language: string | undefined): Locale =>
  chooseLocale([language ?? '', document.documentElement.lang, ...navigator.languages]);
