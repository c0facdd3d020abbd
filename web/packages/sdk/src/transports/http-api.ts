// Messages and history over the HTTP API, for visitors and agents alike.

import type { Http } from '../types.js';
import { parseObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';

/** How many messages are asked for at once. */
export const PAGE_SIZE = 50;

/** A page of history. */
export interface HistoryPage {
  readonly content: readonly WireMessage[];
  readonly last: boolean;
}

/** Where the two kinds of users find the same things. */
export function paths(role: 'visitor' | 'agent') {
  return role === 'visitor'
    ? {
        history: '/visitor/api/v1/message/thread/topic',
        send: '/visitor/api/v1/message/send',
        search: '/visitor/api/v1/message/search',
        upload: '/visitor/api/v1/upload/file',
        link: '/visitor/api/v1/upload/link',
        unread: '/visitor/api/v1/message/unread/count',
      }
    : {
        history: '/api/v1/message/thread/topic',
        send: '/api/v1/message/rest/send',
        search: '/api/v1/message/search',
        upload: '/api/v1/upload/file',
        link: '/api/v1/upload/link',
        unread: '/api/v1/message/unread/count',
      };
}

/** A page beside a position: those before it, newest first, or behind it, oldest first. */
export function history(
  http: Http,
  role: 'visitor' | 'agent',
  topic: string,
  beside: { readonly before?: number; readonly after?: number } = {},
): Promise<HistoryPage> {
  return http.get(paths(role).history, { topic, ...beside, pageSize: PAGE_SIZE });
}

/** Sends a message; resolves with the entry, or with the message itself if it is none. */
export async function postMessage(
  http: Http,
  role: 'visitor' | 'agent',
  message: WireMessage,
): Promise<WireMessage> {
  const answer = await http.post<string>(paths(role).send, { json: JSON.stringify(message) });
  return { ...message, ...parseObject(answer) };
}
