// Who listens to which feed of the user, over reconnects.

import type { Feed, Link } from '../types.js';
import { callSafely } from './emitter.js';

/** The listeners of all feeds. */
export class Feeds {
  readonly #listeners = new Map<Feed, Set<(told: unknown) => void>>();

  /** Asks `link` for the feed if nobody has yet. Returns how to stop listening. */
  listen(feed: Feed, listener: (told: unknown) => void, link: Link | null): () => void {
    const listeners = this.#listeners.get(feed) ?? new Set();
    this.#listeners.set(feed, listeners);
    if (listeners.size === 0) {
      link?.listen(feed).catch(() => undefined); // asked again on the next link
    }
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** There is a new link: it knows of no feed. */
  linked(link: Link): void {
    for (const [feed, listeners] of this.#listeners) {
      if (listeners.size > 0) {
        link.listen(feed).catch(() => undefined);
      }
    }
  }

  told(feed: Feed, what: unknown): void {
    this.#listeners.get(feed)?.forEach((listener) => callSafely(() => listener(what)));
  }
}
