// The conversation as a text file.

import type { ChatMessage, Conversation } from '@deskwire/sdk';
import { lineOf } from '../content/line.js';
import type { Words } from '../texts/words.js';

/** Pages of history that are fetched for a transcript; what is older than these is left out. */
const PAGES = 6;

/** The lines of a transcript. */
export function transcriptOf(messages: readonly ChatMessage[], words: Words, title: string): string {
  const { t, formats } = words;
  const lines = messages
    .filter(({ recalled, seq }) => !recalled && seq !== null)
    .flatMap(({ at, mine, sender, content }) => {
      const text = lineOf(content, words);
      const name = mine ? t('thread.you') : sender.name || t(`role.${sender.role}`);
      return text ? [`[${formats.dateTime(at)}] ${name}: ${text}`] : [];
    });
  return [title || t('panel.title'), '', ...lines, ''].join('\n');
}

/** Saves what the view keeps of the conversation, older pages included, as a file. */
export async function downloadTranscript(
  conversation: Conversation,
  words: Words,
  title: string,
): Promise<void> {
  for (let page = 0; page < PAGES && !conversation.view.atStart; page += 1) {
    await conversation.loadBefore();
  }
  const text = transcriptOf(conversation.view.messages, words, title);
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${title || 'chat'}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
