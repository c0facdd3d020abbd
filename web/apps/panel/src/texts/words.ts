// Words and formats of the language in use, for every component.

import { createFormats, createTranslator, sharedChinese, sharedEnglish } from '@deskwire/i18n';
import type { Formats, Locale, Translate } from '@deskwire/i18n';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en } from './en.js';
import { zhCN } from './zh-CN.js';

const chinese = { ...sharedChinese, ...zhCN };
const english = { ...sharedEnglish, ...en };

/** What is written in one language. */
export interface Words {
  readonly locale: Locale;
  readonly t: Translate<typeof chinese>;
  readonly formats: Formats;
}

/** The words of a language. */
export function wordsOf(locale: Locale): Words {
  return {
    locale,
    t: createTranslator({ 'zh-CN': chinese, en: english }, locale),
    formats: createFormats(locale),
  };
}

/** The words in use. */
export const WordsContext = createContext<Words>(wordsOf('en'));

/** The words in use. */
export const useWords = (): Words => useContext(WordsContext);
