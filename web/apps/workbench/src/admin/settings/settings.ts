// Settings of a workgroup, as far as the form has them.

import { client } from '../../desk/client.js';
import type { AutoReply } from '../../auto-reply/auto-reply.js';

/** A part of a working week; Monday is 1. */
export interface Shift {
  days: number[];
  /** `HH:mm` in the time zone of the desk. */
  from: string;
  to: string;
}

/** When a service is open; without shifts it always is. Days are `yyyy-MM-dd`. */
export interface Hours {
  shifts: Shift[];
  holidays: string[];
  extraDays: string[];
}

/** What the form changes; see "Routing and settings" in the protocol reference. */
export interface Settings {
  routing: string;
  overflow: string | null;
  maxWaiting: number;
  maxWaitS: number;
  averageWaitS: number;
  remindMin: number;
  autoCloseMin: number;
  transferTimeoutS: number;
  inviteTimeoutS: number;
  maxHelpers: number;
  preview: boolean;
  edit: boolean;
  hours: Hours;
  welcome: string | null;
  agentJoined: string | null;
  queue: string | null;
  leaveMessage: string | null;
  resume: string | null;
  agentClosed: string | null;
  autoClosed: string | null;
  autoReply: AutoReply;
  rateOnClose: boolean;
  rateInvite: string | null;
  rateMinMessages: number;
  rateChangeMin: number;
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

/** Words of the service; where there are none the desk's own are said. */
export const words = [
  'welcome',
  'agentJoined',
  'queue',
  'leaveMessage',
  'resume',
  'agentClosed',
  'autoClosed',
] as const satisfies readonly (keyof Settings)[];

/** Numbers of the service, each with its largest value. */
export const numbers = [
  ['maxWaiting', 100_000],
  ['maxWaitS', 604_800],
  ['averageWaitS', 86_400],
  ['remindMin', 10_080],
  ['autoCloseMin', 10_080],
  ['transferTimeoutS', 86_400],
  ['inviteTimeoutS', 86_400],
  ['maxHelpers', 100],
] as const satisfies readonly (readonly [keyof Settings, number])[];

/** What the form changes of all that the server has. */
const names: readonly (keyof Settings)[] = [
  'routing',
  'overflow',
  ...numbers.map(([name]) => name),
  'preview',
  'edit',
  'hours',
  ...words,
  'autoReply',
  'rateOnClose',
  'rateInvite',
  'rateMinMessages',
  'rateChangeMin',
];

/** @throws ChatError */
export function readSettings(uid: string): Promise<Settings> {
  return client.http.get('/api/v1/settings/query', { uid });
}

/** A copy of what was read that a form may change. */
export function draftOf(kept: Settings): Settings {
  const named = Object.fromEntries(names.map((name) => [name, kept[name]]));
  // Not by structuredClone, which takes no reactive objects.
  const draft = JSON.parse(JSON.stringify(named)) as Settings;
  // Fields for times take no seconds.
  draft.hours.shifts.forEach((shift) =>
    Object.assign(shift, { from: shift.from.slice(0, 5), to: shift.to.slice(0, 5) }),
  );
  return draft;
}

/** What differs: only that is written, so that nobody's change elsewhere is undone. Words of blanks are none. */
export function changesOf(kept: Settings, draft: Settings): Partial<Settings> {
  const before = draftOf(kept);
  const now = draftOf(draft);
  [...words, 'rateInvite' as const].forEach((name) => (now[name] = now[name]?.trim() || null));
  now.overflow ||= null;
  const changed = names.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(changed.map((name) => [name, now[name]]));
}

/** Changes what `settings` names, and nothing else. @throws ChatError */
export function writeSettings(uid: string, settings: Partial<Settings>): Promise<unknown> {
  return client.http.post('/api/v1/settings/update', { uid, settings });
}
