// Figures of a report, as they are read.

import type { ReportRow } from '@deskwire/sdk';
import type { Formats } from '@deskwire/i18n';

/** How long a report reaches back, and by what its lines are. */
export const ranges = {
  day: { ms: 86_400_000, by: 'hour' },
  week: { ms: 7 * 86_400_000, by: 'day' },
  month: { ms: 30 * 86_400_000, by: 'day' },
} as const;

/** The name of a range. */
export type Range = keyof typeof ranges;

/** A counter as a number; 0 where it is not known. */
export function count(row: ReportRow | undefined, counter: string): number {
  const value = row?.[counter];
  return typeof value === 'number' ? value : 0;
}

/** A counter as it is written, by what it counts. */
export function written(row: ReportRow | undefined, counter: string, formats: Formats): string {
  const value = row?.[counter];
  if (typeof value !== 'number') {
    return '–';
  }
  if (counter.endsWith('Ms')) {
    return formats.span(value);
  }
  return counter === 'csat'
    ? formats.percent(value)
    : counter === 'meanScore'
      ? value.toFixed(1)
      : formats.number(value);
}

/** The time of a row in milliseconds since 1970. */
export function timeOf(row: ReportRow): number {
  const { time } = row as { time?: string | number };
  return typeof time === 'number' ? time : Date.parse(time ?? '');
}

/** A row for each time from `from` to `now` by `stepMs`, aligned to the first known one: what is missing is undefined. */
export function filled(
  rows: readonly ReportRow[],
  stepMs: number,
  from: number,
  now: number,
): { readonly times: readonly number[]; readonly rows: readonly (ReportRow | undefined)[] } {
  const known = new Map(rows.map((row) => [timeOf(row), row]));
  const first = Math.min(...known.keys());
  if (!Number.isFinite(first)) {
    return { times: [], rows: [] };
  }
  const times: number[] = [];
  for (let at = first - Math.max(0, Math.floor((first - from) / stepMs)) * stepMs; at <= now; at += stepMs) {
    times.push(at);
  }
  return { times, rows: times.map((at) => known.get(at)) };
}
