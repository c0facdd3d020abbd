// The shop's colour, so that everything on it and in it can be read.

import { readableOn, textOn } from '@deskwire/tokens';

/** What cards stand on, and the ground on which coloured text is hardest to read: their bubble. */
const surfaces = { light: '#ffffff', dark: '#1f2826' } as const;
const grounds = { light: '#e6ecea', dark: '#242e2c' } as const;

/** Custom properties for a brand colour in one mode; all text reaches 4.5:1. */
export function brandColours(brand: string, mode: 'light' | 'dark'): Readonly<Record<string, string>> {
  const soft = mix(brand, surfaces[mode], 0.12);
  const accent = readableOn(readableOn(brand, soft), grounds[mode]);
  const onFill = textOn(brand);
  return {
    '--fill': brand,
    '--on-fill': onFill,
    '--fill-hover': mix(onFill === '#ffffff' ? '#000000' : '#ffffff', brand, 0.12),
    '--accent': accent,
    '--accent-soft': soft,
  };
}

/** `share` of one colour, the rest of the other. */
export function mix(one: string, other: string, share: number): string {
  const parts = (colour: string) =>
    [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
  const [a, b] = [parts(one), parts(other)];
  return `#${a
    .map((part, index) => Math.round(part * share + (b[index] ?? 0) * (1 - share)))
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`;
}
