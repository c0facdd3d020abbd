import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEXT_CONTRAST, contrast, readableOn, textOn } from '../src/index.js';

const css = readFileSync(new URL('../src/tokens.css', import.meta.url), 'utf8');

/** The colours of the block behind `selector`. */
function coloursOf(selector: string): Map<string, string> {
  const from = css.indexOf(selector);
  const block = css.slice(from, css.indexOf('}', from));
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

const themes = {
  light: coloursOf(':root {'),
  dark: coloursOf(":root[data-theme='dark'] {"),
  'dark by the system': coloursOf(":root:not([data-theme='light']) {"),
};

const grounds = ['bg', 'surface', 'raised', 'sunken', 'bubble', 'accent-soft'];
const texts = [
  'ink',
  'ink-2',
  'ink-3',
  'link',
  'accent',
  'accent-hover',
  'ok',
  'warn',
  'bad',
  'info',
  'note',
];
const tinted = ['ok', 'warn', 'bad', 'info', 'note', 'accent'];

describe.each(Object.entries(themes))('%s', (_, colours) => {
  const get = (name: string) => colours.get(name) ?? 'missing';

  it.each(texts)('%s can be read everywhere', (text) => {
    for (const ground of grounds.filter(
      (name) => !['ok', 'warn', 'bad'].includes(text) || name !== 'accent-soft',
    )) {
      expect(contrast(get(text), get(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    }
  });

  it.each(tinted)('%s can be read on its own soft colour', (name) =>
    expect(contrast(get(name), get(`${name}-soft`))).toBeGreaterThanOrEqual(TEXT_CONTRAST),
  );

  it('can be read on the accent', () => {
    expect(contrast(get('on-accent'), get('accent'))).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    expect(contrast(get('on-accent'), get('accent-hover'))).toBeGreaterThanOrEqual(TEXT_CONTRAST);
  });

  it.each(['focus', 'line-strong'])('%s can be seen', (name) => {
    for (const ground of ['bg', 'surface', 'raised', 'sunken']) {
      expect(contrast(get(name), get(ground)), ground).toBeGreaterThanOrEqual(3);
    }
  });

  it.each([1, 2, 3, 4, 5, 6])('chart colour %i can be told from the surface', (number) =>
    expect(contrast(get(`chart-${number}`), get('surface'))).toBeGreaterThanOrEqual(TEXT_CONTRAST),
  );
});

it('says the same twice about dark', () => expect(themes['dark by the system']).toEqual(themes.dark));

describe('brand colours', () => {
  const colour = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  it('always have text that can be read', () => {
    fc.assert(
      fc.property(colour, (brand) => contrast(textOn(brand), brand) >= TEXT_CONTRAST),
      { numRuns: 1000, seed: 6 },
    );
  });
  it('can be made readable on both surfaces', () => {
    fc.assert(
      fc.property(colour, fc.constantFrom('#ffffff', '#171e1d', '#f2f5f4'), (brand, ground) => {
        return contrast(readableOn(brand, ground), ground) >= TEXT_CONTRAST;
      }),
      { numRuns: 1000, seed: 6 },
    );
  });
});
