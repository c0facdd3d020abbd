// Which language the panel speaks.

import { chooseLocale } from '@deskwire/i18n';
import type { Locale } from '@deskwire/i18n';
import type { PanelOptions } from '@deskwire/launcher/bridge';
import { kept } from './storage.js';

/** What was chosen here before, what the page asks for, or what the browser likes. */
export function localeOf(options: PanelOptions): Locale {
  const tags = [kept('language'), options.language, ...navigator.languages];
  return chooseLocale(tags.filter((tag): tag is string => !!tag));
}
