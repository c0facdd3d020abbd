// Texts and formats in Chinese and English.

export { createFormats } from './formats.js';
export type { Formats } from './formats.js';
export { chooseLocale, createTranslator, locales } from './translator.js';
export type { Dictionary, Locale, Text, Translate, Translation } from './translator.js';
export { zhCN as sharedChinese } from './zh-CN.js';
export { en as sharedEnglish } from './en.js';
