// Contents beyond words: files, cards, forms, and what robots say.

import type { Change } from '../store/changes.js';
import type { Content, FileReference, OrderCardStatus } from '../types.js';
import { eventOf, type Reading } from './content.js';
import { list, number, object, text, type JsonObject } from './json.js';

const EVENTS = /^(LEAVE_MSG|TRANSFER|INVITE|RATE|QUEUE)/;

/** The content, or undefined for a type that is not known. What has another form than its type promises is shown as far as it goes. */
export function readContent(reading: Reading, change?: Change): Content | undefined {
  const { type, raw, data, words, extra } = reading;
  switch (type) {
    case 'IMAGE':
      return { type: 'image', ...file(data, raw), ...texts(data, { thumbnail: 'thumbnail' }), ...size(data) };
    case 'FILE':
    case 'DOCUMENT':
      return { type: 'file', ...file(data, raw) };
    case 'AUDIO':
    case 'VOICE':
      return { type: 'audio', ...file(data, raw), ...duration(data) };
    case 'VIDEO':
      return { type: 'video', ...file(data, raw), ...duration(data), ...texts(data, { poster: 'coverUrl' }) };
    case 'QUOTATION':
      return {
        type: 'quote',
        text: change?.edited ?? words,
        quoted: {
          id: text(data['quotedMessageUid']),
          sender: text(data['quotedSenderName']),
          text: text(data['quotedContent']),
        },
      };
    case 'ORDER_CARD':
      return orderCard(reading, change);
    case 'JOB_CARD':
      return {
        type: 'job-card',
        id: text(data['jobId']),
        title: text(data['title']),
        ...texts(data, { salary: 'salary', company: 'company', location: 'location' }),
        tags: list(data['tags']).map(text),
        more: data,
      };
    case 'GOODS':
      return {
        type: 'product',
        id: text(data['uid']),
        title: text(data['title']),
        ...texts(data, { image: 'image', description: 'description', price: 'price', url: 'url' }),
        tags: list(data['tagList']).map(text),
      };
    case 'ORDER':
      return {
        type: 'order',
        id: text(data['uid']),
        status: text(data['statusText']) || text(data['status']),
        ...texts(data, { total: 'totalAmount', at: 'time' }),
        more: data,
      };
    case 'ARTICLE':
    case 'LINK':
      return {
        type: type === 'LINK' ? 'link' : 'article',
        title: text(data['title']),
        url: text(data['url']),
        ...texts(data, { summary: 'summary', image: 'image' }),
        ...texts(data, { summary: 'description', image: 'imageUrl' }),
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
        options: list(data['options'])
          .map(object)
          .map((option) => ({
            id: text(option['optionUid']),
            title: text(option['title']),
            disabled: option['disabled'] === true,
          })),
      };
    case 'RATE_INVITE':
      return { type: 'rate-invite', text: words };
    case 'RATE_SUBMIT':
      return { type: 'rating', ...ratingIn(extra) };
    case 'LEAVE_MSG_SUBMIT':
      return {
        type: 'left-message',
        text: text(extra['content']),
        ...texts(extra, { name: 'nickname', contact: 'contact', category: 'type' }),
        images: list(extra['images']).map(text),
      };
    default:
      if (/^(ROBOT|FAQ_ANSWER)/.test(type)) {
        return robotContent(data, words, false);
      }
      return EVENTS.test(type) ? eventOf(reading) : undefined;
  }
}

/** What a robot says, whole or as far as it has got. */
export function robotContent(data: JsonObject, words: string, streaming: boolean): Content {
  const sources = list(data['sources']).map(object);
  return {
    type: 'robot',
    text: text(data['answer']) || words,
    streaming,
    ...texts(data, { reasoning: 'reasonContent' }),
    ...(sources.length > 0 && { sources }),
    ...(data['interrupted'] === true && { interrupted: true }),
  };
}

/** A rating, from the `extra` of its message. */
export function ratingIn(extra: JsonObject): { score: number; resolved?: boolean; text?: string } {
  const { score, resolved } = extra;
  return {
    score: number(score) ?? 0,
    ...(typeof resolved === 'boolean' && { resolved }),
    ...texts(extra, { text: 'content' }),
  };
}

function orderCard({ data, at }: Reading, change?: Change): Content {
  const seconds = number(data['countdownSeconds']);
  return {
    type: 'order-card',
    id: number(data['orderCardId']) ?? 0,
    name: text(data['name']),
    price: text(data['price']),
    status: cardStatus(change?.cardStatus ?? data['status']),
    // The server counts from the second in which the card was offered.
    expiresAt: seconds === undefined || at === 0 ? null : (Math.floor(at / 1000) + seconds) * 1000,
    ...(seconds !== undefined && { countdownSeconds: seconds }),
    more: data,
  };
}

function cardStatus(value: unknown): OrderCardStatus {
  return value === 'paid' || value === 'cancelled' || value === 'expired' ? value : 'pending';
}

function file(data: JsonObject, raw: string): FileReference {
  return {
    url: text(data['url']) || (data['url'] === undefined && /^(https?:|\/)/.test(raw) ? raw : ''),
    name: text(data['name']) || text(data['filename']) || text(data['label']),
    size: number(data['size']) ?? 0,
    mimeType: text(data['mimeType']) || text(data['type']),
  };
}

function size(data: JsonObject): { width?: number; height?: number } {
  const width = number(data['width']);
  const height = number(data['height']);
  return width && height ? { width, height } : {};
}

function duration(data: JsonObject): { durationMs?: number } {
  const seconds = number(data['duration']);
  return seconds === undefined ? {} : { durationMs: seconds * 1000 };
}

/** Of the texts that are called so on the wire those that are there. */
function texts<Name extends string>(
  data: JsonObject,
  names: Readonly<Record<Name, string>>,
): Partial<Record<Name, string>> {
  const found = (Object.entries(names) as [Name, string][]).map(([name, wire]) => [name, text(data[wire])]);
  return Object.fromEntries(found.filter(([, value]) => value !== '')) as Partial<Record<Name, string>>;
}
