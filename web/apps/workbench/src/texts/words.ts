// Words and formats of the language in use. Only that language is loaded; components draw anew when it changes.

import { createFormats, createTranslator, type Formats, type Locale, type Translate } from '@deskwire/i18n';
import { shallowRef } from 'vue';
import type { chinese } from './zh-CN.js';

interface Words {
  readonly locale: Locale;
  readonly translate: Translate<typeof chinese>;
  readonly formats: Formats;
}

const words = shallowRef<Words | null>(null);

/** Loads the words of a language and shows everything in it. */
export async function speak(locale: Locale): Promise<void> {
  // The translator reads the dictionary of its language only: one in both places has the same keys.
  const texts =
    locale === 'en'
      ? ((await import('./en.js')).english as typeof chinese)
      : (await import('./zh-CN.js')).chinese;
  words.value = {
    locale,
    translate: createTranslator({ 'zh-CN': texts, en: texts }, locale),
    formats: createFormats(locale),
  };
  document.documentElement.lang = locale;
}

function spoken(): Words {
  if (!words.value) {
    throw new Error('no language was loaded');
  }
  return words.value;
}

/** The text of a key in the language in use. */
export const t: Translate<typeof chinese> = (key, ...values) => spoken().translate(key, ...values);

/** How times, sizes and numbers are written. */
export const formats = (): Formats => spoken().formats;

/** The language in use. */
export const locale = (): Locale => spoken().locale;

/** A key of the dictionary. */
export type Key = keyof typeof chinese;
