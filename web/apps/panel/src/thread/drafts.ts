// What was written and not sent, for each conversation.

import { keep, kept } from '../visit/storage.js';

/** The draft of a conversation, or nothing. */
export const draftOf = (topic: string): string => kept(`draft.${topic}`) ?? '';

/** Keeps a draft; an empty one is forgotten. */
export const keepDraft = (topic: string, text: string): void => keep(`draft.${topic}`, text);
