// Counts what has been done and tells when it is enough.

import { soon } from './waiting.js';

export class Progress {
  count = 0;
  #goals = [];

  step() {
    this.count += 1;
    this.#goals.filter(({ goal }) => goal === this.count).forEach(({ resolve }) => resolve());
  }

  /** Resolves at the very moment the count is `goal`, or at once when it has passed it. */
  reaches(goal, patience) {
    const reached = new Promise((resolve) => {
      this.count >= goal ? resolve() : this.#goals.push({ goal, resolve });
    });
    return soon(`${goal} steps`, reached, patience);
  }
}
