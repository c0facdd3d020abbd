// Contents that come: which type each has on the wire, and what its JSON looks like. Words are read here; what is more
// by the module that is loaded for it (see `store/beyond-words.ts`).

import { beyondWords, PLAIN } from '../store/loading.js';
import type { Change } from '../store/changes.js';
import type { Content } from '../types.js';
import { list, number, object, parseObject, text, type JsonObject } from './json.js';
import type { WireMessage } from './message.js';

/** Types that are not shown as messages of their own: they change others, or are no part of the log. */
export const UNSEEN =
  /^(READ|DELIVERED|TYPING|PREVIEW|PROCESSING|RECALL|EDIT|REACTION|QUEUE_UPDATE|CONTINUE|ROBOT_STREAM_END|ORDER_CARD_\w+)$/;

/** A message that is being read. */
export interface Reading {
  readonly type: string;
  /** The content as it came. */
  readonly raw: string;
  /** The same as JSON, empty if it is none. */
  readonly data: JsonObject;
  /** What people read of it. */
  readonly words: string;
  readonly extra: JsonObject;
  /** When it was said, in milliseconds since 1970. */
  readonly at: number;
}

/** The content of a message that came, with what has become of it. Never throws. */
export function contentOf(message: Partial<WireMessage>, change?: Change): Content {
  const { type = '', content = '', timestamp = 0 } = message;
  const raw = (type === 'TEXT' && change?.edited) || content;
  const data = parseObject(raw) ?? {};
  const words = text(data['content']) || (Object.keys(data).length === 0 ? raw : '');
  const extra = parseObject(message.extra) ?? {};
  const reading = { type, raw, data, words, extra, at: timestamp };
  return (
    wordsOf(reading) ??
    beyondWords()?.readContent(reading, change) ?? {
      type: 'custom',
      wireType: type,
      content: parseObject(raw) ?? raw,
    }
  );
}

function wordsOf(reading: Reading): Content | undefined {
  const { type, raw, data, words } = reading;
  switch (type) {
    case 'TEXT':
      return { type: 'text', text: raw };
    case 'WELCOME':
      return {
        type: 'welcome',
        text: words,
        faqs: list(data['faqs'])
          .map(object)
          .map((faq) => ({
            id: text(faq['uid']),
            question: text(faq['question']),
            answer: text(faq['answer']),
          })),
      };
    case 'QUEUE':
      return { type: 'queue', text: words, ...placeOf(data) };
    default:
      return PLAIN.test(type) ? eventOf(reading) : undefined;
  }
}

/** A place in a queue. */
export function placeOf(data: JsonObject): { position: number; size: number; waitSeconds: number } {
  return {
    position: number(data['position']) ?? 0,
    size: number(data['queueSize']) ?? 0,
    waitSeconds: number(data['waitSeconds']) ?? 0,
  };
}

/** A line of the desk. What has changed stands in `extra.event`, beside the words. */
export function eventOf({ type, words, data, extra: { event } }: Reading): Content {
  return { type: 'event', event: type, text: words, data: event === undefined ? data : { ...data, event } };
}

/** The content in one line, for lists and quotations: text where there is any, else its title. */
export function plainText(content: Content): string {
  if ('text' in content && content.text) {
    return content.text;
  }
  const named = content as { title?: string; name?: string; label?: string };
  return named.title ?? named.name ?? named.label ?? '';
}
