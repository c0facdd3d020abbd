// Words and formats of the language in use, for every component.

import { createFormats, createTranslator } from '@deskwire/i18n';
import type { Formats, Locale, Translate } from '@deskwire/i18n';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { loadTexts } from './load.js';
import type { chinese } from './zh-CN.js';

/** What is written in one language. */
export interface Words {
  readonly locale: Locale;
  readonly t: Translate<typeof chinese>;
  readonly formats: Formats;
}

/** Loads the words of a language. */
export async function loadWords(locale: Locale): Promise<Words> {
  const texts = await loadTexts(locale);
  return {
    locale,
    t: createTranslator({ 'zh-CN': texts, en: texts }, locale),
    formats: createFormats(locale),
  };
}

/** The words in use; null until they are there. */
export const WordsContext = createContext<Words | null>(null);

/** The words in use. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (!words) {
    throw new Error('no words around this component');
  }
  return words;
}
