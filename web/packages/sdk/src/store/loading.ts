// What conversations have beyond words is loaded with the first message that needs it, before that message is shown.

import type { WireMessage } from '../wire/message.js';
import type * as Module from './beyond-words.js';

type BeyondWords = typeof Module;

/** Types that are read, and shown, without more. */
export const PLAIN =
  /^(TEXT|WELCOME|CONTINUE|QUEUE|QUEUE_UPDATE|READ|DELIVERED|TYPING|PREVIEW|PROCESSING|SYSTEM|NOTICE|LEAVE_MSG|\w+_CLOSED)$/;

let loaded: BeyondWords | null = null;

/** What is loaded, if it is. */
export const beyondWords = (): BeyondWords | null => loaded;

/** Loads it. @throws Error if it cannot be reached */
export async function loadBeyondWords(): Promise<BeyondWords> {
  return (loaded ??= await import('./beyond-words.js'));
}

/** Whether these messages can be shown at once. */
export function areReadable(messages: readonly Partial<WireMessage>[]): boolean {
  return (
    loaded !== null ||
    messages.every(({ type = '', extra }) => PLAIN.test(type) && extra?.includes('"reactions"') !== true)
  );
}

/** Resolves when they can. What cannot be loaded leaves them as contents of type `custom`. */
export async function untilReadable(messages: readonly Partial<WireMessage>[]): Promise<void> {
  if (!areReadable(messages)) {
    await loadBeyondWords().catch(() => undefined);
  }
}
