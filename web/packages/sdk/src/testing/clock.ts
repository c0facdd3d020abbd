// A clock that stands still until it is told to go on.

import type { Clock } from '../types.js';

/** Promises that are settled in a chain are waited for so many steps after each timer. */
const STEPS = 30;

/** Time that a test moves. */
export class FakeClock implements Clock {
  #now: number;
  #number = 0;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  /** Begins at `now`, in milliseconds since 1970. */
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const number = (this.#number += 1);
    this.#timers.set(number, { at: this.#now + Math.max(0, ms), callback });
    return () => void this.#timers.delete(number);
  }

  /** Milliseconds to the next timer; null if there is none. */
  get next(): number | null {
    const first = this.#first();
    return first && first[1].at - this.#now;
  }

  /** Lets time pass: each timer that becomes due fires at its time, and what it starts is waited for. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let first = this.#first(); first && first[1].at <= end; first = this.#first()) {
      const [number, { at, callback }] = first;
      this.#timers.delete(number);
      this.#now = at;
      callback();
      await this.settle();
    }
    this.#now = end;
  }

  /** Waits for what can happen without time. */
  async settle(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      await Promise.resolve();
    }
  }

  #first(): [number, { at: number; callback: () => void }] | null {
    return [...this.#timers].sort(([one, a], [other, b]) => a.at - b.at || one - other)[0] ?? null;
  }
}
