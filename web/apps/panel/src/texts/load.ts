// The texts of one language; a visitor needs but one.

import type { Locale } from '@deskwire/i18n';
import type { chinese } from './zh-CN.js';

/** Loads the texts; for the second time they are there at once. */
export async function loadTexts(locale: Locale): Promise<typeof chinese> {
  // The translator reads the dictionary of its language only: one in both places has the same keys.
  return locale === 'en'
    ? ((await import('./en.js')).english as typeof chinese)
    : (await import('./zh-CN.js')).chinese;
}
