// Words of the pages for supervisors and administrators, loaded with those.

import { part } from '../part.js';

const words = part({
  'zh-CN': async () => (await import('./zh-CN.js')).officeChinese,
  en: async () => (await import('./en.js')).officeEnglish,
});

/** Loads the words in the language in use, and again when that changes. */
export const speakOffice = words.speak;

/** The text of a key in the language in use. */
export const office = words.say;
