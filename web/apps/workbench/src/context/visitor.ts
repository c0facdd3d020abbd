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
  /** The shop's own id. */
  readonly userId: string;
  /** What the shop's page says besides, usually a JSON object. */
  readonly extra: string;
  /** Names of what the shop's server has signed. */
  readonly verified: readonly string[];
}

/** A fact about a visitor; `verified` is null where it is not the page that says it. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly verified: boolean | null;
}

/** What the shop says of its customer: its id, and whatever its page tells. */
export function factsOfShop({ userId, extra, verified }: VisitorRow, customer: string): readonly Fact[] {
  const facts = userId ? [{ label: customer, value: userId, verified: verified.includes('userId') }] : [];
  return [
    ...facts,
    ...membersOf(extra).map(([name, value]) => ({
      label: name,
      value,
      verified: verified.includes(`extra.${name}`),
    })),
  ];
}

/** Texts, numbers and truth values of a JSON object. */
function membersOf(json: string): readonly (readonly [string, string])[] {
  let told: unknown;
  try {
    told = JSON.parse(json);
  } catch {
    return [];
  }
  if (typeof told !== 'object' || told === null || Array.isArray(told)) {
    return [];
  }
  return Object.entries(told).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [[name, String(value)] as const]
      : [],
  );
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
