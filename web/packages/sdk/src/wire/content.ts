// Contents that come: which type each has on the wire, and what its JSON looks like.

import type { Content, EventContent, FileReference } from '../types.js';
import { list, number, object, parseObject, text } from './json.js';

/** Types that are not shown as messages of their own: they change others, or are no part of the log. */
export const UNSEEN: ReadonlySet<string> = new Set(
  (
    'READ DELIVERED TYPING PREVIEW PROCESSING RECALL EDIT REACTION QUEUE_UPDATE CONTINUE ROBOT_STREAM_END ' +
    'ORDER_CARD_PAID ORDER_CARD_CANCELLED ORDER_CARD_EXPIRE'
  ).split(' '),
);

/** The content of a message that came. Never throws: what has another form than its type promises is shown as far as it goes. */
export function fromWire(wireType: string, raw: string, extra: Readonly<Record<string, unknown>>): Content {
  const data = parseObject(raw) ?? {};
  const words = text(data['content']) || (Object.keys(data).length === 0 ? raw : '');
  const more = data;
  switch (wireType) {
    case 'TEXT':
      return { type: 'text', text: raw };
    case 'IMAGE':
      return {
        type: 'image',
        ...file(data, raw),
        ...optional({ thumbnail: text(data['thumbnail']) }),
        ...size(data),
      };
    case 'FILE':
    case 'DOCUMENT':
      return { type: 'file', ...file(data, raw) };
    case 'AUDIO':
    case 'VOICE':
      return { type: 'audio', ...file(data, raw), ...duration(data) };
    case 'VIDEO':
      return {
        type: 'video',
        ...file(data, raw),
        ...duration(data),
        ...optional({ poster: text(data['coverUrl']) }),
      };
    case 'QUOTATION':
      return {
        type: 'quote',
        text: words,
        quoted: {
          id: text(data['quotedMessageUid']),
          sender: text(data['quotedSenderName']),
          text: text(data['quotedContent']),
        },
      };
    case 'ORDER_CARD': {
      const countdownSeconds = number(data['countdownSeconds']);
      return {
        type: 'order-card',
        id: number(data['orderCardId']) ?? 0,
        name: text(data['name']),
        price: text(data['price']),
        status: orderCardStatus(data['status']),
        expiresAt: null,
        ...(countdownSeconds !== undefined && { countdownSeconds }),
        more,
      };
    }
    case 'JOB_CARD':
      return {
        type: 'job-card',
        id: text(data['jobId']),
        title: text(data['title']),
        ...optional({
          salary: text(data['salary']),
          company: text(data['company']),
          location: text(data['location']),
        }),
        tags: list(data['tags']).map(text),
        more,
      };
    case 'GOODS':
      return {
        type: 'product',
        id: text(data['uid']),
        title: text(data['title']),
        ...optional({
          image: text(data['image']),
          description: text(data['description']),
          price: text(data['price']),
          url: text(data['url']),
        }),
        tags: list(data['tagList']).map(text),
      };
    case 'ORDER':
      return {
        type: 'order',
        id: text(data['uid']),
        status: text(data['statusText']) || text(data['status']),
        ...optional({ total: text(data['totalAmount']), at: text(data['time']) }),
        more,
      };
    case 'ARTICLE':
    case 'LINK':
      return {
        type: wireType === 'LINK' ? 'link' : 'article',
        title: text(data['title']),
        url: text(data['url']),
        ...optional({
          summary: text(data['description']) || text(data['summary']),
          image: text(data['imageUrl']) || text(data['image']),
        }),
      };
    case 'LOCATION':
      return {
        type: 'location',
        latitude: number(data['latitude']) ?? 0,
        longitude: number(data['longitude']) ?? 0,
        label: text(data['label']) || text(data['address']),
      };
    case 'CHOICE':
      return {
        type: 'choice',
        text: words,
        multiple: data['multiple'] === true,
        options: list(data['options']).map((option) => ({
          id: text(object(option)['optionUid']),
          title: text(object(option)['title']),
          disabled: object(option)['disabled'] === true,
        })),
      };
    case 'WELCOME':
      return {
        type: 'welcome',
        text: words,
        faqs: list(data['faqs']).map((faq) => ({
          id: text(object(faq)['uid']),
          question: text(object(faq)['question']),
          answer: text(object(faq)['answer']),
        })),
      };
    case 'QUEUE':
      return {
        type: 'queue',
        text: words,
        position: number(data['position']) ?? 0,
        size: number(data['queueSize']) ?? 0,
        waitSeconds: number(data['waitSeconds']) ?? 0,
      };
    case 'RATE_INVITE':
      return { type: 'rate-invite', text: words };
    case 'RATE_SUBMIT':
      return {
        type: 'rating',
        score: number(extra['score']) ?? 0,
        ...(typeof extra['resolved'] === 'boolean' && { resolved: extra['resolved'] }),
        ...optional({ text: text(extra['content']) }),
      };
    case 'LEAVE_MSG_SUBMIT':
      return {
        type: 'left-message',
        text: text(extra['content']),
        ...optional({
          name: text(extra['nickname']),
          contact: text(extra['contact']),
          category: text(extra['type']),
        }),
        images: list(extra['images']).map(text),
      };
    default:
      return (
        robot(wireType, data, words) ??
        event(wireType, words, withChange(data, extra)) ??
        custom(wireType, raw)
      );
  }
}

function robot(
  wireType: string,
  data: Readonly<Record<string, unknown>>,
  words: string,
): Content | undefined {
  return /^(ROBOT|FAQ_ANSWER)/.test(wireType)
    ? { type: 'robot', text: text(data['answer']) || words, streaming: wireType === 'ROBOT_STREAM' }
    : undefined;
}

const EVENTS =
  /^(SYSTEM|NOTICE|LEAVE_MSG|TRANSFER|INVITE|RATE|AGENT_CLOSED|VISITOR_CLOSED|AUTO_CLOSED|QUEUE)/;

function event(wireType: string, words: string, data: EventContent['data']): Content | undefined {
  return EVENTS.test(wireType) ? { type: 'event', event: wireType, text: words, data } : undefined;
}

/** What has changed stands in `extra.event`, beside the words. */
function withChange(
  data: EventContent['data'],
  { event: change }: EventContent['data'],
): EventContent['data'] {
  return change === undefined ? data : { ...data, event: change };
}

function custom(wireType: string, raw: string): Content {
  return { type: 'custom', wireType, content: parseObject(raw) ?? raw };
}

function file(data: Readonly<Record<string, unknown>>, raw: string): FileReference {
  return {
    url: text(data['url']) || (data['url'] === undefined && /^(https?:|\/)/.test(raw) ? raw : ''),
    name: text(data['name']) || text(data['filename']) || text(data['label']),
    size: number(data['size']) ?? 0,
    mimeType: text(data['mimeType']) || text(data['type']),
  };
}

function size(data: Readonly<Record<string, unknown>>): { width?: number; height?: number } {
  const width = number(data['width']);
  const height = number(data['height']);
  return width && height ? { width, height } : {};
}

function duration(data: Readonly<Record<string, unknown>>): { durationMs?: number } {
  const seconds = number(data['duration']);
  return seconds === undefined ? {} : { durationMs: seconds * 1000 };
}

function orderCardStatus(value: unknown): 'pending' | 'paid' | 'cancelled' | 'expired' {
  return value === 'paid' || value === 'cancelled' || value === 'expired' ? value : 'pending';
}

/** Only the texts that there are. */
function optional<T extends Record<string, string>>(texts: T): Partial<T> {
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== '')) as Partial<T>;
}

/** The content in one line, for lists and quotations: text where there is any, else its title. */
export function plainText(content: Content): string {
  if ('text' in content && content.text) {
    return content.text;
  }
  const named = content as { title?: string; name?: string; label?: string };
  return named.title ?? named.name ?? named.label ?? '';
}
