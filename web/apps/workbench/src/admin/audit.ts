// Entries of the audit log as the server writes them, and how they are read.

/** An entry. `at` is in milliseconds since 1970. */
export interface AuditRow {
  readonly id: number;
  readonly at: number;
  readonly actor: string | null;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
  readonly address: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Some of them, the newest first. */
export interface AuditPage {
  readonly content: readonly AuditRow[];
  readonly next?: number;
}

/** Kinds of things that things are done to, in the order of the list. */
export const kinds = [
  'sign_in',
  'settings',
  'agent',
  'workgroup',
  'channel',
  'word',
  'block',
  'webhook',
  'service_key',
  'retention',
  'export',
  'session',
] as const;

const actions = [
  'sign_in',
  'settings.change',
  'agent.create',
  'agent.duty',
  'agent.profile',
  'agent.auto_reply',
  'agent.password',
  'agent.enabled',
  'workgroup.create',
  'workgroup.change',
  'workgroup.weight',
  'workgroup.status',
  'channel.create',
  'channel.change',
  'channel.drop',
  'channel.secret',
  'word.create',
  'word.import',
  'word.change',
  'word.drop',
  'word.scope',
  'block.create',
  'block.end',
  'webhook.create',
  'webhook.switch',
  'webhook.drop',
  'webhook.replay',
  'service_key.create',
  'service_key.rename',
  'service_key.revoke',
  'retention.change',
  'export.conversation',
  'export.report',
  'session.kick',
] as const;

/** The key of an action's words; null for one that has none here. */
export function actionKey(action: string): `audit.${(typeof actions)[number]}` | null {
  const known = actions.find((name) => name === action);
  return known === undefined ? null : `audit.${known}`;
}

/** What was asked for, in a line. */
export function detailsOf({ details }: AuditRow): string {
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(details)
    .map(([name, value]) => `${name}: ${written(value)}`)
    .join(', ');
}

/** The beginning of a day in the reader's time zone, as milliseconds since 1970; undefined for no day. */
export function startOfDay(day: string): number | undefined {
  return day === '' ? undefined : new Date(`${day}T00:00`).getTime();
}

/** The end of a day, which is the beginning of the next. */
export function endOfDay(day: string): number | undefined {
  const start = startOfDay(day);
  if (start === undefined) {
    return undefined;
  }
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return end.getTime();
}
