// How long visitors wait, and how loud that is said.

import type { ConversationSummary, DeskThread } from '@deskwire/sdk';

/** Nothing is shown up to here, as a share of what was promised. */
export const QUIET_SHARE = 0.6;

/** What a meter shows: `share` is 0 to 1 of the promise. */
export interface Wait {
  readonly level: 'quiet' | 'soon' | 'over';
  readonly share: number;
  readonly ms: number;
}

/** A wait that began at `since` (null if nobody waits), of which `promiseMs` are promised. */
export function waitOf(since: number | null, now: number, promiseMs: number): Wait {
  if (since === null) {
    return { level: 'quiet', share: 0, ms: 0 };
  }
  const ms = Math.max(0, now - since);
  const share = promiseMs > 0 ? ms / promiseMs : 1;
  return {
    level: share < QUIET_SHARE ? 'quiet' : share < 1 ? 'soon' : 'over',
    share: Math.min(1, share),
    ms,
  };
}

/** Since when the visitor of a row waits: in the queue from its coming, else for an answer. */
export function waitingSince({ status, waitingSince: since, createdAt }: ConversationSummary): number | null {
  return since ?? (status === 'queuing' ? createdAt : null);
}

/** Rows in the order an agent works through them; the order of equals stays. */
export function sortRows(threads: readonly DeskThread[], order: 'waiting' | 'newest'): readonly DeskThread[] {
  const newest = (one: DeskThread, other: DeskThread) => other.lastAt - one.lastAt;
  if (order === 'newest') {
    return [...threads].sort(newest);
  }
  return [...threads].sort((one, other) => {
    const offers = Number(isAsked(other)) - Number(isAsked(one));
    const since = (waitingSince(one) ?? Infinity) - (waitingSince(other) ?? Infinity);
    // Two that do not wait differ by NaN.
    return offers || since || newest(one, other);
  });
}

/** Whether an offer waits for our own answer. */
export function isAsked({ offer }: DeskThread): boolean {
  return offer?.forMe === true;
}

/** The row `step` places from `topic`, round the ends; the first one if there is no such row. */
export function neighbour(rows: readonly DeskThread[], topic: string | null, step: 1 | -1): string | null {
  const index = rows.findIndex((row) => row.topic === topic);
  const next = index < 0 ? 0 : (index + step + rows.length) % rows.length;
  return rows[next]?.topic ?? null;
}
