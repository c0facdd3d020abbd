// What an agent has chosen for this browser.

import { chooseLocale, locales, type Locale } from '@deskwire/i18n';
import { defineStore } from 'pinia';
import { reactive, watch } from 'vue';

/** Light, dark, or as the system wants it. */
export type Theme = 'auto' | 'light' | 'dark';

/** The order of the inbox. */
export type Order = 'waiting' | 'newest';

/** All choices with what they are before anybody chooses. */
export interface Choices {
  theme: Theme;
  language: Locale;
  sound: boolean;
  notify: boolean;
  /** Single keys as shortcuts while no text is written. */
  keys: boolean;
  /** Within how many seconds a visitor is to be answered. */
  promiseSeconds: number;
  order: Order;
  contextOpen: boolean;
  setupSkipped: boolean;
}

const KEY = 'deskwire.workbench.preferences';

/** Reads choices as they were kept; what does not fit is as in the beginning. */
export function readChoices(kept: string | null, languages: readonly string[]): Choices {
  const choices: Choices = {
    theme: 'auto',
    language: chooseLocale(languages),
    sound: false,
    notify: false,
    keys: true,
    promiseSeconds: 120,
    order: 'waiting',
    contextOpen: true,
    setupSkipped: false,
  };
  let found: Partial<Choices>;
  try {
    found = (JSON.parse(kept ?? '{}') ?? {}) as Partial<Choices>;
  } catch {
    return choices;
  }
  const same = Object.entries(found).filter(
    ([name, value]) => typeof value === typeof choices[name as keyof Choices],
  );
  const read = { ...choices, ...(Object.fromEntries(same) as Partial<Choices>) };
  return {
    ...read,
    theme: (['auto', 'light', 'dark'] as const).find((theme) => theme === read.theme) ?? 'auto',
    language: locales.find((locale) => locale === read.language) ?? choices.language,
    order: read.order === 'newest' ? 'newest' : 'waiting',
    promiseSeconds: Math.min(3600, Math.max(10, read.promiseSeconds || 120)),
  };
}

/** The choices; a change is kept at once. */
export const usePreferences = defineStore('preferences', () => {
  const choices = reactive(readChoices(stored(), navigator.languages));
  watch(choices, () => {
    try {
      localStorage.setItem(KEY, JSON.stringify(choices));
    } catch {
      // Without storage they last as long as the page.
    }
  });
  watch(
    () => choices.theme,
    (theme) => {
      if (theme === 'auto') {
        delete document.documentElement.dataset['theme'];
      } else {
        document.documentElement.dataset['theme'] = theme;
      }
    },
    { immediate: true },
  );
  return { choices };
});

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
