// Words of a part of the workbench, loaded with its pages and again when the language changes.

import {
  createTranslator,
  type Dictionary,
  type Locale,
  type Translate,
  type Translation,
} from '@deskwire/i18n';
import { shallowRef, watch } from 'vue';
import { locale } from './words.js';

/** The words of a part. */
export interface Part<D extends Dictionary> {
  /** Loads the words in the language in use, and again when that changes. */
  readonly speak: () => Promise<void>;
  /** The text of a key in the language in use. */
  readonly say: Translate<D>;
}

/** A part whose words these functions load. */
export function part<const D extends Dictionary>(dictionaries: {
  readonly 'zh-CN': () => Promise<D>;
  readonly en: () => Promise<Translation<D>>;
}): Part<D> {
  const translate = shallowRef<Translate<D> | null>(null);
  let following = false;

  async function load(language: Locale): Promise<void> {
    // The translator reads the dictionary of its language only: one in both places has the same keys.
    const texts = (await dictionaries[language]()) as D;
    translate.value = createTranslator<D>({ 'zh-CN': texts, en: texts }, language);
  }

  return {
    async speak() {
      if (!following) {
        following = true;
        watch(locale, load);
      }
      if (!translate.value) {
        await load(locale());
      }
    },
    say: (key, ...values) => translate.value?.(key, ...values) ?? '',
  };
}
