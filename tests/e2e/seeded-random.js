// Random numbers that a failing run can repeat: DESKWIRE_E2E_SEED=… npm test

import { randomInt } from 'node:crypto';

/** The seed of this run, which a test prints. */
export const seed = Number(process.env.DESKWIRE_E2E_SEED ?? randomInt(2 ** 31));

/** The generator mulberry32: numbers in [0, 1) that only depend on the seed. */
export function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
