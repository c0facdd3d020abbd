// What is being written, by conversation: switching away loses nothing.

import { reactive } from 'vue';

/** What stands in a composer. */
export interface Draft {
  text: string;
  note: string;
  mode: 'reply' | 'note';
}

const drafts = new Map<string, Draft>();

/** The draft of a conversation; the same object each time. */
export function draftOf(topic: string): Draft {
  const draft = drafts.get(topic) ?? reactive<Draft>({ text: '', note: '', mode: 'reply' });
  drafts.set(topic, draft);
  return draft;
}
