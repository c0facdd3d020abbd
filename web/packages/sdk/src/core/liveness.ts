// Whether a link that seems open still works: a half-open one looks fine until something should come and does not.

import type { Clock, Link } from '../types.js';

/** After this much silence we ask. Timers of hidden pages are slower, which only makes us ask later. */
export const SILENCE_MS = 25_000;

/** An answer that takes longer does not come. */
export const ANSWER_MS = 8_000;

/** Watches one link at a time. */
export class Liveness {
  readonly #clock: Clock;
  readonly #dead: () => void;
  #link: Link | null = null;
  #heardAt = 0;
  #asking = false;
  #stopTimer: (() => void) | null = null;

  /** `dead` is called when a link has not answered. */
  constructor(clock: Clock, dead: () => void) {
    this.#clock = clock;
    this.#dead = dead;
  }

  watch(link: Link): void {
    this.rest();
    this.#link = link;
    this.heard();
    this.#schedule();
  }

  /** Something has come. */
  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** Asks at once. */
  check(): void {
    const link = this.#link;
    if (!link || this.#asking) {
      return;
    }
    this.#asking = true;
    const askedAt = this.#clock.now();
    this.#stopTimer?.();
    this.#stopTimer = this.#clock.after(ANSWER_MS, () => {
      if (this.#heardAt > askedAt) {
        this.watch(link); // busy, but alive
      } else {
        this.rest();
        this.#dead();
      }
    });
    link.probe().then(
      () => {
        if (link === this.#link) {
          this.#asking = false;
          this.heard();
          this.#schedule();
        }
      },
      () => undefined, // the link says by itself that it is closed
    );
  }

  rest(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    this.#link = null;
    this.#asking = false;
  }

  #schedule(): void {
    this.#stopTimer?.();
    const left = this.#heardAt + SILENCE_MS - this.#clock.now();
    this.#stopTimer = this.#clock.after(Math.max(left, 0), () => {
      if (this.#clock.now() - this.#heardAt >= SILENCE_MS) {
        this.check();
      } else {
        this.#schedule();
      }
    });
  }
}
