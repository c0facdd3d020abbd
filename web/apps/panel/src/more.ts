// What a conversation may bring beyond words: cards, files, what can be done with a message.

export { Prose } from './content/markdown.js';
export { RichContent } from './content/RichContent.js';
export { MessageActions, ReactionRow } from './thread/MessageActions.js';
