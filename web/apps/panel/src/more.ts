// What a conversation may bring beyond words: cards, files, prose.

export { Prose } from './content/markdown.js';
export { RichContent } from './content/RichContent.js';
