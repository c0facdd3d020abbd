// A page whose visibility and network a test decides on.

import type { KeyValueStore, PageState } from '../types.js';

type PageEvent = Parameters<PageState['on']>[0];

/** A page under control of a test. */
export class FakePage implements PageState {
  visible = true;
  online = true;
  readonly #listeners = new Map<PageEvent, Set<() => void>>();

  on(event: PageEvent, listener: () => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Something happens to the page. */
  emit(event: PageEvent): void {
    this.#listeners.get(event)?.forEach((listener) => listener());
  }
}

/** A store that ends with the test. */
export function fakeStore(): KeyValueStore {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
    remove: (key) => void kept.delete(key),
  };
}
