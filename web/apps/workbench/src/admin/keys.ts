// Service keys as the server has them, and how they are made and read.

import { client } from '../desk/client.js';

/** A key of a program, or an account of the configuration, which has only names. Times are milliseconds since 1970. */
export interface KeyRow {
  readonly uid: string;
  readonly name: string;
  readonly configured: boolean;
  /** How its secret begins. */
  readonly prefix?: string;
  readonly createdAt?: number;
  readonly createdBy?: string;
  readonly expiresAt?: number;
  readonly lastUsedAt?: number;
}

/** A key that was just made, with what is told of it once. */
export interface MadeKey extends KeyRow {
  readonly secret: string;
}

/** Days that a new key may be good for; null for ever. */
export const lifetimes = [null, 30, 90, 365] as const;
export type Lifetime = (typeof lifetimes)[number];

const DAY_MS = 86_400_000;

/** When a key that is made `now` ends; undefined for never. */
export function endOf(lifetime: Lifetime, now: number): number | undefined {
  return lifetime === null ? undefined : now + lifetime * DAY_MS;
}

/** Whether a key lets nobody in any more at `now`. */
export const isOver = ({ expiresAt }: KeyRow, now: number): boolean =>
  expiresAt !== undefined && expiresAt <= now;

/** What a program shows, in one piece. */
export const shownKey = ({ uid, secret }: MadeKey): string => `${uid}:${secret}`;

/** All keys, those of the configuration last. @throws ChatError */
export const readKeys = (): Promise<readonly KeyRow[]> =>
  client.http.get<readonly KeyRow[]>('/api/v1/service-key/query');

/** Makes a key. @throws ChatError */
export const makeKey = (name: string, lifetime: Lifetime, now = Date.now()): Promise<MadeKey> =>
  client.http.post<MadeKey>('/api/v1/service-key/create', { name, expiresAt: endOf(lifetime, now) });

/** Calls a key otherwise. @throws ChatError */
export const renameKey = ({ uid }: KeyRow, name: string): Promise<unknown> =>
  client.http.post('/api/v1/service-key/update/name', { uid, name });

/** Has a key let nobody in any more. @throws ChatError */
export const revokeKey = ({ uid }: KeyRow): Promise<unknown> =>
  client.http.post('/api/v1/service-key/delete', { uid });
