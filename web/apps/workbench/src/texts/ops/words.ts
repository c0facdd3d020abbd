// Words of the pages for those who run the server, loaded with those.

import { part } from '../part.js';

const words = part({
  'zh-CN': async () => (await import('./zh-CN.js')).opsChinese,
  en: async () => (await import('./en.js')).opsEnglish,
});

/** Loads the words in the language in use, and again when that changes. */
export const speakOps = words.speak;

/** The text of a key in the language in use. */
export const ops = words.say;
