// Notes and what was said in one list.

import type { ChatMessage, ConversationView } from '@deskwire/sdk';

/** Notes among what was said: of those older than what is loaded, none. */
export function merge(
  { messages, atStart }: Pick<ConversationView, 'messages' | 'atStart'>,
  notes: readonly ChatMessage[],
): readonly ChatMessage[] {
  const first = messages[0];
  const shown = notes.filter(({ at }) => atStart || !first || at >= first.at);
  if (shown.length === 0) {
    return messages;
  }
  const merged: ChatMessage[] = [];
  let next = 0;
  for (const message of messages) {
    for (let note = shown[next]; note && note.at < message.at; note = shown[next]) {
      merged.push(note);
      next += 1;
    }
    merged.push(message);
  }
  return [...merged, ...shown.slice(next)];
}
