// What the log shows, row by row: messages, days, and where the new ones begin.

import type { ChatMessage } from '@deskwire/sdk';

/** A row of the log. `first` and `last` tell where a run of one writer's messages begins and ends. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'line'; readonly key: string; readonly message: ChatMessage }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: ChatMessage;
      readonly first: boolean;
      readonly last: boolean;
    };

/** Messages of one writer closer than this stand together. */
const RUN_MS = 5 * 60_000;

/** Events that only the desk needs, or that something else on the screen shows already. */
const unseen = new Set(['CONTINUE', 'QUEUE_UPDATE', 'QUEUE_NOTICE', 'ROUTING_POOL', 'TYPING', 'PROCESSING']);

const lines = new Set(['event', 'queue', 'rating']);

/** Events that are told in our words. */
export const comings: Readonly<Record<string, 'thread.joined' | 'thread.left'>> = {
  TRANSFER_ACCEPT: 'thread.joined',
  INVITE_ACCEPT: 'thread.joined',
  INVITE_EXIT: 'thread.left',
};

/** Whether it is told as a line rather than said in a bubble; the answer to a left message is what an agent says. */
function isLine({ content, recalled }: ChatMessage): boolean {
  return (
    recalled ||
    (lines.has(content.type) && !(content.type === 'event' && content.event === 'LEAVE_MSG_REPLIED'))
  );
}

function isShown({ content }: ChatMessage): boolean {
  switch (content.type) {
    case 'event':
      return (content.text !== '' || content.event in comings) && !unseen.has(content.event);
    case 'queue':
      return false;
    case 'custom':
      return typeof content.content === 'string' && content.content !== '';
    default:
      return true;
  }
}

/** Gives the midnight before a time. Most times are on the day of the one before: a calendar is not asked for each. */
function midnights(): (at: number) => number {
  let [start, end] = [0, 0];
  return (at) => {
    if (at < start || at >= end) {
      const midnight = new Date(at);
      start = midnight.setHours(0, 0, 0, 0);
      end = midnight.setDate(midnight.getDate() + 1);
    }
    return start;
  };
}

const dayOf = midnights();

/** Rows of `messages`; a divider stands behind `readBefore`, the last one that was read, if others wrote after it. */
export function rowsOf(messages: readonly ChatMessage[], readBefore: number | null): readonly Row[] {
  const shown = messages.filter((message) => message.recalled || isShown(message));
  const rows: Row[] = [];
  let day: number | null = null;
  let divided = readBefore === null;
  shown.forEach((message, index) => {
    if (dayOf(message.at) !== day) {
      day = dayOf(message.at);
      rows.push({ kind: 'day', key: `day ${day}`, at: message.at });
    }
    if (!divided && !message.mine && message.seq !== null && message.seq > (readBefore ?? 0)) {
      divided = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    if (isLine(message)) {
      rows.push({ kind: 'line', key: message.id, message });
      return;
    }
    const first = !belongs(shown[index - 1], message) || rows.at(-1)?.kind !== 'message';
    rows.push({
      kind: 'message',
      key: message.id,
      message,
      first,
      last: !belongs(message, shown[index + 1]),
    });
  });
  return rows;
}

/** Whether two messages stand together. */
function belongs(one: ChatMessage | undefined, next: ChatMessage | undefined): boolean {
  return (
    one !== undefined &&
    next !== undefined &&
    one.sender.id === next.sender.id &&
    one.mine === next.mine &&
    !isLine(one) &&
    !isLine(next) &&
    next.at - one.at < RUN_MS &&
    dayOf(one.at) === dayOf(next.at)
  );
}
