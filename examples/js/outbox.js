// The outbox makes sending safe: a message leaves it only when the server has confirmed it.

import { Refused } from './rest.js';

/** Milliseconds between two tries of the same message. */
const RETRY_AFTER = 1000;

/**
 * Sends messages one after the other, in the order they were added, each as often as it takes.
 *
 * A lost answer looks like a lost message. The outbox never has to know which it was: it sends the same object with the
 * same `uid` again, and the server answers a repeat as it answered the first.
 *
 * A real client keeps the pending messages on disk (in a browser: IndexedDB), so that they survive a reload.
 */
export class Outbox {
  #deliver;
  #pending = [];
  #working = false;
  #wake = () => {};

  /** @param deliver async function that resolves when the server has confirmed the message it was given. */
  constructor(deliver) {
    this.#deliver = deliver;
  }

  /** How many messages are not confirmed yet. */
  get size() {
    return this.#pending.length;
  }

  /** Queues a message. Resolves when it is confirmed, rejects when the server refused it for good. */
  add(message) {
    const confirmed = new Promise((resolve, reject) => this.#pending.push({ message, resolve, reject }));
    this.#work();
    return confirmed;
  }

  /** Tells the outbox that the connection is back, so that it need not wait for the next try. */
  retryNow() {
    this.#wake();
  }

  async #work() {
    if (this.#working) {
      return;
    }
    this.#working = true;
    while (this.#pending.length > 0) {
      const { message, resolve, reject } = this.#pending[0];
      try {
        resolve(await this.#deliver(message));
        this.#pending.shift();
      } catch (error) {
        if (error instanceof Refused) {
          this.#pending.shift();
          reject(error);
        } else {
          await this.#pause();
        }
      }
    }
    this.#working = false;
  }

  #pause() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_AFTER);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Remembers the uids of the latest messages: delivery is at least once, showing must be exactly once. */
export class Seen {
  #uids = new Set();
  #limit;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  /** Whether `uid` is new; from then on it is not. */
  isNew(uid) {
    if (this.#uids.has(uid)) {
      return false;
    }
    this.#uids.add(uid);
    if (this.#uids.size > this.#limit) {
      // A Set keeps the order of insertion, so the first is the oldest.
      this.#uids.delete(this.#uids.values().next().value);
    }
    return true;
  }
}
