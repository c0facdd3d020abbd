// Times, sizes and numbers as people of each language write them.

import type { Locale } from './translator.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Writes values. All times are milliseconds since 1970 and are shown in the reader's time zone. */
export interface Formats {
  /** `14:05`. */
  time(at: number): string;
  /** `2026-11-21 14:05` in full words of the language. */
  dateTime(at: number): string;
  /** What separates days: today, yesterday, the weekday within a week, else the date. */
  day(at: number, now: number): string;
  /** How long ago, in the largest unit that fits: `3 min. ago`. */
  ago(at: number, now: number): string;
  /** A span as `1:05` or `1:02:03`, for countdowns and waiting. */
  span(ms: number): string;
  /** `1.2 MB`, with units of 1000 bytes. */
  size(bytes: number): string;
  /** `12,345`. */
  number(value: number): string;
  /** `83%` of a share from 0 to 1. */
  percent(share: number): string;
}

/** Formats of a language. `timeZone` is the reader's own if missing. */
export function createFormats(locale: Locale, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const date = (options: Intl.DateTimeFormatOptions, language: string = locale) =>
    once(() => new Intl.DateTimeFormat(language, { ...options, ...zone }));
  const relative = (style: Intl.RelativeTimeFormatStyle) =>
    once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style }));
  const figures = (options: Intl.NumberFormatOptions) => once(() => new Intl.NumberFormat(locale, options));
  const time = date({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const dateTime = date({ dateStyle: 'medium', timeStyle: 'short' });
  const weekday = date({ weekday: 'long' });
  const longDate = date({ year: 'numeric', month: 'long', day: 'numeric' });
  // `sv` writes ISO dates: days can be compared by their names.
  const isoDay = date({}, 'sv');
  const [near, past] = [relative('long'), relative('short')];
  const number = figures({});
  const size = figures({ maximumFractionDigits: 1 });
  const percent = figures({ style: 'percent' });
  const daysBetween = (at: number, now: number) =>
    Math.round((Date.parse(isoDay().format(now)) - Date.parse(isoDay().format(at))) / DAY);
  return {
    time: (at) => time().format(at),
    dateTime: (at) => dateTime().format(at),
    day(at, now) {
      const days = daysBetween(at, now);
      if (days === 0 || days === 1) {
        return capitalised(near().format(-days, 'day'));
      }
      return (days > 1 && days < 7 ? weekday : longDate)().format(at);
    },
    ago(at, now) {
      const minutes = Math.floor((now - at) / MINUTE);
      if (minutes < 60) {
        return past().format(-Math.max(minutes, 0), 'minute');
      }
      return minutes < 1440
        ? past().format(-Math.floor(minutes / 60), 'hour')
        : past().format(-Math.floor(minutes / 1440), 'day');
    },
    span(ms) {
      const seconds = Math.max(0, Math.ceil(ms / 1000));
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
      const shown = parts[0] === 0 ? parts.slice(1) : parts;
      return shown
        .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
        .join(':');
    },
    size(bytes) {
      const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
      return `${size().format(bytes / 1000 ** power)} ${['B', 'KB', 'MB', 'GB'][power] ?? 'B'}`;
    },
    number: (value) => number().format(value),
    percent: (share) => percent().format(share),
  };
}

/** What `make` makes, when it is wanted for the first time: a formatter of `Intl` takes a slow phone milliseconds. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
