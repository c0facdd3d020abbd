// The entries of one conversation in their order: no doubles, no holes, whatever the network does to them.

import type { WireMessage } from '../wire/message.js';

/** An entry: a message that has a position. */
export type Entry = WireMessage & { readonly seq: number };

/** What became of an entry that came. `conflict`: another one has its position, so the log is not the one we knew. */
export type Received = 'added' | 'duplicate' | 'held' | 'conflict';

/** How many entries that came too early are kept; of more the farthest is dropped and fetched later. */
const HELD_AT_MOST = 500;

/** A run of entries without holes, and those that wait for what is missing before them. */
export class ConversationLog {
  readonly #entries = new Map<number, Entry>();
  readonly #held = new Map<number, Entry>();
  #first = 0;
  #last = 0;
  #based = false;

  /** Position of the first entry that is here; 1 behind `last` if there is none. */
  get first(): number {
    return this.#first;
  }

  /** Position of the last entry before the first hole; 0 if nothing is known. */
  get last(): number {
    return this.#last;
  }

  /** Whether it is known where to begin. */
  get based(): boolean {
    return this.#based;
  }

  /** Whether something has come that cannot be shown before what is missing. */
  get hasGap(): boolean {
    return this.#held.size > 0;
  }

  /** The farthest position that is known. */
  get head(): number {
    return Math.max(this.#last, ...this.#held.keys());
  }

  /** The entries in their order, from the position `from` on. */
  entries(from = this.#first): Entry[] {
    const found: Entry[] = [];
    for (let seq = from; seq <= this.#last; seq += 1) {
      const entry = this.#entries.get(seq);
      if (entry) {
        found.push(entry);
      }
    }
    return found;
  }

  at(seq: number): Entry | undefined {
    return this.#entries.get(seq);
  }

  /** Begins with a page of history, in any order and without holes. */
  begin(page: readonly Entry[]): void {
    this.#entries.clear();
    const sorted = [...page].sort((one, other) => one.seq - other.seq);
    sorted.forEach((entry) => this.#entries.set(entry.seq, entry));
    this.#last = sorted.at(-1)?.seq ?? 0;
    this.#first = sorted[0]?.seq ?? this.#last + 1;
    this.#based = true;
    this.#takeHeld();
  }

  /** An entry has come, live or by fetching what was missing. */
  receive(entry: Entry): Received {
    const known = this.#entries.get(entry.seq) ?? this.#held.get(entry.seq);
    if (known) {
      return known.uid === entry.uid ? 'duplicate' : 'conflict';
    }
    if (this.#based && entry.seq <= this.#last) {
      return 'duplicate'; // older than what is kept
    }
    this.#held.set(entry.seq, entry);
    if (this.#held.size > HELD_AT_MOST) {
      this.#held.delete(Math.max(...this.#held.keys()));
    }
    this.#takeHeld();
    return this.#last >= entry.seq && this.#based ? 'added' : 'held';
  }

  /** Puts a page before the first entry. What does not join without a hole is left out. */
  prepend(page: readonly Entry[]): void {
    for (const entry of [...page].sort((one, other) => other.seq - one.seq)) {
      if (entry.seq === this.#first - 1) {
        this.#entries.set(entry.seq, entry);
        this.#first = entry.seq;
      }
    }
  }

  /** Forgets the oldest, so that at most `count` stay. */
  trim(count: number): void {
    while (this.#last - this.#first + 1 > count) {
      this.#entries.delete(this.#first);
      this.#first += 1;
    }
  }

  #takeHeld(): void {
    if (!this.#based) {
      return;
    }
    for (let next = this.#held.get(this.#last + 1); next; next = this.#held.get(this.#last + 1)) {
      this.#entries.set(next.seq, next);
      this.#last = next.seq;
    }
    for (const seq of this.#held.keys()) {
      if (seq <= this.#last) {
        this.#held.delete(seq);
      }
    }
  }
}
