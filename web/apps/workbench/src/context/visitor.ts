// What is known of a visitor and of its conversation, and how it is corrected.

import { client } from '../desk/client.js';

/** A visitor as the server knows it. */
export interface VisitorRow {
  readonly uid: string;
  readonly nickname: string;
  readonly mobile: string;
  readonly email: string;
  readonly note: string;
  readonly tagList: readonly string[];
  readonly url: string;
  readonly title: string;
  readonly referrer: string;
  readonly lang: string;
  readonly deviceInfo: { readonly browser: string; readonly os: string; readonly device: string };
  readonly createdAt: string | null;
}

/** Note and tags of a conversation. */
export interface ThreadNotes {
  readonly note: string;
  readonly tagList: readonly string[];
}

/** What agents may correct. */
export type VisitorChange = Partial<Pick<VisitorRow, 'nickname' | 'mobile' | 'email' | 'note'>>;

/** @throws ChatError */
export function visitor(uid: string): Promise<VisitorRow> {
  return client.http.get('/api/v1/visitor/query/uid', { uid });
}

/** @throws ChatError */
export function correctVisitor(uid: string, change: VisitorChange): Promise<VisitorRow> {
  return client.http.post('/api/v1/visitor/update', { uid, ...change });
}

/** @throws ChatError */
export async function threadNotes(topic: string): Promise<ThreadNotes> {
  const row = await client.http.get<Partial<ThreadNotes>>('/api/v1/thread/query/topic', { topic });
  return { note: row.note ?? '', tagList: row.tagList ?? [] };
}

/** @throws ChatError */
export function tagThread(topic: string, tagList: readonly string[]): Promise<unknown> {
  return client.http.post('/api/v1/thread/update/tagList', { topic, tagList });
}

/** @throws ChatError */
export function noteThread(topic: string, note: string): Promise<unknown> {
  return client.http.post('/api/v1/thread/update/note', { topic, note });
}
