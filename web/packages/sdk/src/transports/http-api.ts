// Messages and history over the HTTP API, for visitors and agents alike.

import { untilReadable } from '../store/loading.js';
import type { Http, Identity } from '../types.js';
import { list, number, object, parseObject, type JsonObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';

/** How many messages are asked for at once. */
export const PAGE_SIZE = 50;

/** How many conversations are listed at once. */
export const LISTED = 100;

/** A page of history. */
export interface HistoryPage {
  readonly content: readonly WireMessage[];
  readonly last: boolean;
}

/** Where the two kinds of users find the same things. */
export function paths(role: 'visitor' | 'agent') {
  const visitor = role === 'visitor';
  const api = visitor ? '/visitor/api/v1' : '/api/v1';
  return {
    history: `${api}/message/thread/topic`,
    send: `${api}/message/${visitor ? 'send' : 'rest/send'}`,
    conversations: `${api}/${visitor ? 'threads' : 'thread/query'}`,
    search: `${api}/message/search`,
    upload: `${api}/upload/file`,
    link: `${api}/upload/link`,
    unread: `${api}/message/unread/count`,
  };
}

/** A page beside a position: those before it, newest first, or behind it, oldest first. */
export async function history(
  http: Http,
  role: 'visitor' | 'agent',
  topic: string,
  beside: { readonly before?: number; readonly after?: number } = {},
): Promise<HistoryPage> {
  const page = await http.get<HistoryPage>(paths(role).history, { topic, ...beside, pageSize: PAGE_SIZE });
  await untilReadable(page.content);
  return page;
}

/** Sends a message; resolves with the entry, or with the message itself if it is none. */
export async function postMessage(
  http: Http,
  role: 'visitor' | 'agent',
  message: WireMessage,
): Promise<WireMessage> {
  const answer = await http.post<string>(paths(role).send, { json: JSON.stringify(message) });
  const entry = { ...message, ...parseObject(answer) };
  await untilReadable([entry]);
  return entry;
}

/** Our conversations, as the server lists them; a visitor's that are over too. */
export async function listRows(
  http: Http,
  { id, role }: Pick<Identity, 'id' | 'role'>,
): Promise<JsonObject[]> {
  const page = await http.get<unknown>(paths(role).conversations, { uid: id, pageSize: LISTED });
  return (Array.isArray(page) ? page : list(object(page)['content'])).map(object);
}

/** How many messages of a conversation the server counts as unread. */
export async function unreadOf(http: Http, me: Identity, topic: string): Promise<number> {
  const row =
    me.role === 'agent'
      ? await http.get<JsonObject>('/api/v1/thread/query/topic', { topic })
      : (await listRows(http, me)).find((listed) => listed['topic'] === topic);
  return number(row?.['unreadCount']) ?? 0;
}
