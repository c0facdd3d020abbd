import { contrast, TEXT_CONTRAST } from '@deskwire/tokens';
import { expect, it } from 'vitest';
import { brandColours, mix } from '../src/visit/brand.js';

/** Text that stands on each: `[text, ground]`. */
const pairs = [
  ['--on-fill', '--fill'],
  ['--on-fill', '--fill-hover'],
  ['--accent', '--accent-soft'],
] as const;

it('makes any brand colour readable, in both modes', () => {
  for (let number = 0; number < 1000; number += 1) {
    // Steps through all colours in a spread order, the same in each run.
    const brand = `#${((number * 2_654_435_761) % 0x1000000).toString(16).padStart(6, '0')}`;
    for (const mode of ['light', 'dark'] as const) {
      const colours = brandColours(brand, mode);
      for (const [text, ground] of pairs) {
        const ratio = contrast(colours[text] ?? '', colours[ground] ?? '');
        expect(ratio, `${brand} ${mode}: ${text} on ${ground}`).toBeGreaterThanOrEqual(TEXT_CONTRAST);
      }
    }
  }
});

it.each([
  ['#000000', '#ffffff', 0, '#ffffff'],
  ['#000000', '#ffffff', 1, '#000000'],
  ['#ff0000', '#0000ff', 0.5, '#800080'],
])('mixes %s into %s', (one, other, share, mixed) => expect(mix(one, other, share)).toBe(mixed));
