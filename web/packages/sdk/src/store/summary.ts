// Rows of lists of conversations, as the server writes them.

import type { ConversationSummary } from '../types.js';
import { contentOf, plainText } from '../wire/content.js';
import { number, object, parseObject, text, type JsonObject } from '../wire/json.js';
import type { WireMessage, WireUser } from '../wire/message.js';
import { toPerson } from './project.js';
import { toStatus } from './standing.js';

/** The last message of a row, as far as it tells. */
export function lastOf(row: JsonObject): Pick<WireMessage, 'type' | 'content'> {
  const content = text(row['content']);
  return { type: text(row['lastType']) || (parseObject(content) ? 'SYSTEM' : 'TEXT'), content };
}

/** A row, as the page knows it. */
export function toSummary(row: JsonObject): ConversationSummary {
  return {
    topic: text(row['topic']),
    uid: text(row['uid']),
    status: toStatus(row['status']),
    visitor: toPerson(object(row['user']) as unknown as WireUser),
    owner: text(row['owner']) || null,
    lastText: plainText(contentOf(lastOf(row))),
    lastAt: toTime(row['updatedAt']),
    unread: number(row['unreadCount']) ?? 0,
    createdAt: toTime(row['createdAt']),
  };
}

/** `yyyy-MM-dd HH:mm:ss`, taken to be in the reader's time zone, or a number; in milliseconds since 1970. */
function toTime(value: unknown): number {
  const at = typeof value === 'number' ? value : Date.parse(text(value).replace(' ', 'T'));
  return Number.isFinite(at) ? at : 0;
}
