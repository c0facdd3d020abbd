// Words of the pages for supervisors and administrators, loaded with those.

import { createTranslator, type Locale, type Translate } from '@deskwire/i18n';
import { shallowRef, watch } from 'vue';
import { locale } from '../words.js';
import type { officeChinese } from './zh-CN.js';

type Office = Translate<typeof officeChinese>;

const translate = shallowRef<Office | null>(null);
let following = false;

async function load(language: Locale): Promise<void> {
  const texts =
    language === 'en'
      ? ((await import('./en.js')).officeEnglish as typeof officeChinese)
      : (await import('./zh-CN.js')).officeChinese;
  translate.value = createTranslator({ 'zh-CN': texts, en: texts }, language);
}

/** Loads the words in the language in use, and again when that changes. */
export async function speakOffice(): Promise<void> {
  if (!following) {
    following = true;
    watch(locale, load);
  }
  if (!translate.value) {
    await load(locale());
  }
}

/** The text of a key in the language in use. */
export const office: Office = (key, ...values) => translate.value?.(key, ...values) ?? '';
