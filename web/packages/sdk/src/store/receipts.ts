// How far we have received and read, told to the server: cumulative, in batches, and reading only while the page is seen.

import type { Clock, PageState } from '../types.js';

/** How long positions are collected before they are told, unless the page is hidden before. */
export const BATCH_MS = 1_000;

/** What receipts need from their conversation. */
export interface ReceiptHost {
  readonly clock: Clock;
  readonly page: PageState;
  /** Tells a position. False if there is no link: it is told later. */
  tell(type: 'READ' | 'DELIVERED', seq: number): boolean;
  /** What we have read has changed; `here` if it was read on this page. */
  moved(here: boolean): void;
}

/** The positions of one conversation. */
export class Receipts {
  readonly #host: ReceiptHost;
  #delivered = 0;
  #wanted = 0;
  #read = 0;
  #told = { READ: 0, DELIVERED: 0 };
  #confirmed = 0;
  #stopTimer: (() => void) | null = null;
  #stopSeen: (() => void) | null = null;

  constructor(host: ReceiptHost) {
    this.#host = host;
  }

  /** How far we have read, whether the server knows yet or not. */
  get read(): number {
    return this.#read;
  }

  /** Where we stood before this page was opened, or how far another device of ours has read. */
  readElsewhere(seq: number): void {
    this.#confirmed = Math.max(this.#confirmed, seq);
    this.#told.READ = Math.max(this.#told.READ, seq);
    this.#advance(seq, false);
  }

  /** Everything up to `seq` has arrived and is stored here. */
  received(seq: number): void {
    this.#delivered = Math.max(this.#delivered, seq);
    this.#schedule();
  }

  /** Everything up to `seq` is before the reader's eyes, as soon as the page is seen. */
  see(seq: number): void {
    this.#wanted = Math.max(this.#wanted, seq);
    if (this.#host.page.visible) {
      this.#advance(this.#wanted, true);
      this.#schedule();
    } else {
      this.#stopSeen ??= this.#host.page.on('visible', () => this.see(this.#wanted));
    }
  }

  /** There is a new link: what was told on the old one may be lost. */
  linked(): void {
    this.#told.READ = this.#confirmed;
    this.#schedule();
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopSeen?.();
    this.#stopTimer = this.#stopSeen = null;
  }

  #advance(seq: number, here: boolean): void {
    if (seq > this.#read) {
      this.#read = seq;
      this.#host.moved(here);
    }
  }

  #schedule(): void {
    const due =
      this.#read > this.#told.READ || this.#delivered > Math.max(this.#told.DELIVERED, this.#told.READ);
    if (due && !this.#stopTimer) {
      const { clock, page } = this.#host;
      const flush = () => this.#flush();
      const stops = [clock.after(BATCH_MS, flush), page.on('hide', flush)];
      this.#stopTimer = () => stops.forEach((stop) => stop());
    }
  }

  #flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#read > this.#told.READ && this.#host.tell('READ', this.#read)) {
      this.#told.READ = this.#read;
    }
    // What is read has arrived.
    const silent = Math.max(this.#told.DELIVERED, this.#told.READ);
    if (this.#delivered > silent && this.#host.tell('DELIVERED', this.#delivered)) {
      this.#told.DELIVERED = this.#delivered;
    }
  }
}
