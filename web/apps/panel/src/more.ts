// What a conversation may bring beyond words: cards and files.

export { RichContent } from './content/RichContent.js';
