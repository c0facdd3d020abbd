// The course of the last minutes as the page keeps it, and how figures are written.

import type { Formats, Locale } from '@deskwire/i18n';
import type { CoursePoint } from './answers.js';

/** Points that are kept: five minutes of them. */
export const KEPT = 150;

/** The points that are known with those that have come; those of a process before the last start go. */
export function continued(
  known: readonly CoursePoint[],
  came: readonly CoursePoint[],
  startedAt: number,
): readonly CoursePoint[] {
  const last = known.at(-1)?.at ?? 0;
  const all = [...known, ...came.filter(({ at }) => at > last)];
  return all.filter(({ at }) => at >= startedAt).slice(-KEPT);
}

/** Milliseconds as they are written: finer the fewer they are. */
export function millis(ms: number | null): string {
  if (ms === null) {
    return '–';
  }
  return ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0);
}

/** Messages per second as they are written. */
export function rate(perSecond: number, formats: Formats): string {
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : formats.number(Math.round(perSecond));
}

/** A time to the millisecond, in the reader's time zone. */
export function exact(at: number, locale: Locale): string {
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(at);
  const time = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
  return `${day} ${time.format(at)}`;
}
