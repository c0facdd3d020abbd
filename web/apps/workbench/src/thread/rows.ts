// What a log consists of: days, a divider before what is new, lines about the conversation, and bubbles in runs.

import type { ChatMessage } from '@deskwire/sdk';
import { t, type Key } from '../texts/words.js';

/** One row. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'line'; readonly key: string; readonly message: ChatMessage }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: ChatMessage;
      readonly note: boolean;
      /** First and last of a run of one writer. */
      readonly first: boolean;
      readonly last: boolean;
    };

/** Messages of one writer closer than this stand together. */
const RUN_MS = 5 * 60_000;

const unseen = new Set([
  'CONTINUE',
  'QUEUE_UPDATE',
  'QUEUE_NOTICE',
  'ROUTING_POOL',
  'TYPING',
  'PROCESSING',
  'QUEUE_ACCEPT',
]);

const lines = new Set(['event', 'queue', 'rating', 'rate-invite', 'left-message']);

/** Whether a message is a note: it is said on the conversation's topic for notes. */
export function isNote({ topic }: ChatMessage): boolean {
  return topic.endsWith('_internal');
}

function isLine({ content, recalled }: ChatMessage): boolean {
  return (
    recalled ||
    (lines.has(content.type) && !(content.type === 'event' && content.event === 'LEAVE_MSG_REPLIED'))
  );
}

/** What a line says, or nothing if it is not worth one. */
export function lineText({ content, sender, recalled }: ChatMessage): string {
  if (recalled) {
    return t('message.recalled');
  }
  switch (content.type) {
    case 'event': {
      const told = content.data['event'] as { readonly name?: string } | undefined;
      const key = [content.event, told?.name].map((name) => `line.${name}`).find(isKey);
      return key
        ? t(key as 'line.TRANSFER', { name: sender.name })
        : unseen.has(content.event)
          ? ''
          : content.text;
    }
    case 'queue':
      return t('line.queued', { position: content.position });
    case 'rating':
      return t('line.rated', { score: content.score }) + (content.text ? ` · ${content.text}` : '');
    case 'rate-invite':
      return t('line.rate-invite');
    case 'left-message':
      return t('line.left', { text: content.text });
    default:
      return '';
  }
}

function isShown(message: ChatMessage): boolean {
  const { content } = message;
  if (isLine(message)) {
    return lineText(message) !== '';
  }
  return content.type !== 'custom' || (typeof content.content === 'string' && content.content !== '');
}

/** The day of the clock on the wall that was asked for last: neighbours are of the same one nearly always. */
let known = { from: 0, to: 0 };

/** When the day of `at` began, in milliseconds since 1970. */
function dayOf(at: number): number {
  if (at < known.from || at >= known.to) {
    const begun = new Date(at);
    begun.setHours(0, 0, 0, 0);
    const from = begun.getTime();
    begun.setDate(begun.getDate() + 1);
    known = { from, to: begun.getTime() };
  }
  return known.from;
}

/** Rows of `messages`; a divider stands behind `readBefore`, the last one that was read, if others wrote after it. */
export function rowsOf(messages: readonly ChatMessage[], readBefore: number | null): readonly Row[] {
  const shown = messages.filter(isShown);
  const rows: Row[] = [];
  let day = -1;
  let divided = readBefore === null;
  shown.forEach((message, index) => {
    if (dayOf(message.at) !== day) {
      day = dayOf(message.at);
      rows.push({ kind: 'day', key: `day ${day}`, at: message.at });
    }
    const isNew =
      !message.mine && !isNote(message) && message.seq !== null && message.seq > (readBefore ?? 0);
    if (!divided && isNew) {
      divided = true;
      rows.push({ kind: 'new', key: 'new' });
    }
    if (isLine(message)) {
      rows.push({ kind: 'line', key: message.id, message });
      return;
    }
    const first = !belongs(shown[index - 1], message) || rows.at(-1)?.kind !== 'message';
    const last = !belongs(message, shown[index + 1]);
    rows.push({ kind: 'message', key: message.id, message, note: isNote(message), first, last });
  });
  return rows;
}

/** Whether two messages stand together. */
function belongs(one: ChatMessage | undefined, next: ChatMessage | undefined): boolean {
  return (
    one !== undefined &&
    next !== undefined &&
    one.sender.id === next.sender.id &&
    one.topic === next.topic &&
    !isLine(one) &&
    !isLine(next) &&
    next.at - one.at < RUN_MS &&
    dayOf(one.at) === dayOf(next.at)
  );
}

const lineKeys: ReadonlySet<string> = new Set(
  (
    'TRANSFER TRANSFER_ACCEPT TRANSFER_REJECT TRANSFER_CANCEL TRANSFER_TIMEOUT INVITE INVITE_ACCEPT INVITE_REJECT ' +
    'INVITE_CANCEL INVITE_TIMEOUT INVITE_EXIT INVITE_REMOVE INVITE_VISITOR AGENT_CLOSED VISITOR_CLOSED AUTO_CLOSED ' +
    'VISITOR_UPDATE THREAD_NOTE THREAD_TAGS BLOCKED UNBLOCKED'
  )
    .split(' ')
    .map((name) => `line.${name}`),
);

function isKey(name: string): name is Key {
  return lineKeys.has(name);
}
