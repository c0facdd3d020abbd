// Settings of a workgroup, as far as the form has them.

import { client } from '../desk/client.js';

/** A part of a working week; Monday is 1. */
export interface Shift {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

/** What the form changes; see "Routing and settings" in the protocol reference. */
export interface Settings {
  routing: string;
  hours: { shifts: readonly Shift[]; holidays: readonly string[]; extraDays: readonly string[] };
  welcome: string | null;
  leaveMessage: string | null;
  agentClosed: string | null;
  maxWaiting: number;
  remindMin: number;
  autoCloseMin: number;
  transferTimeoutS: number;
  rateOnClose: boolean;
  preview: boolean;
}

/** The ways to choose an agent. */
export const routings = [
  'LEAST_ACTIVE',
  'ROUND_ROBIN',
  'RANDOM',
  'WEIGHTED_RANDOM',
  'CONSISTENT_HASH',
  'FASTEST_RESPONSE',
  'RECENT',
  'BROADCAST',
  'MANUAL',
] as const;

/** @throws ChatError */
export function readSettings(uid: string): Promise<Settings> {
  return client.http.get('/api/v1/settings/query', { uid });
}

/** Changes what `settings` names, and nothing else. @throws ChatError */
export function writeSettings(uid: string, settings: Partial<Settings>): Promise<unknown> {
  return client.http.post('/api/v1/settings/update', { uid, settings });
}

/** The hours of a form with one shift; none is always open. The other shifts stay. */
export function hoursOf(before: Settings['hours'], shift: Shift | null): Settings['hours'] {
  return { ...before, shifts: shift && shift.days.length > 0 ? [shift, ...before.shifts.slice(1)] : [] };
}
