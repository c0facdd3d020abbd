// A value that can be watched.

import { useEffect, useState } from 'preact/hooks';

/** A value with listeners. */
export interface Store<T> {
  get: () => T;
  /** Replaces some members; listeners hear of it unless nothing differs. */
  set: (change: Partial<T>) => void;
  /** Returns how to stop listening. */
  subscribe: (listener: () => void) => () => void;
}

/** Makes a store. */
export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const keys = Object.keys(change) as (keyof T)[];
      if (keys.some((key) => !Object.is(value[key], change[key]))) {
        value = { ...value, ...change };
        listeners.forEach((listener) => listener());
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Draws anew whenever what `read` gives is another one. */
export function useWatched<T>(subscribe: (listener: () => void) => () => void, read: () => T): T {
  const [, redraw] = useState({});
  const value = read();
  useEffect(() => {
    let shown = value;
    const check = () => {
      const next = read();
      if (!Object.is(next, shown)) {
        shown = next;
        redraw({});
      }
    };
    check();
    return subscribe(check);
    // `read` closes over the same source as `subscribe`.
  }, [subscribe]);
  return value;
}

/** The value of a store. */
export const useStore = <T extends object>(store: Store<T>): T => useWatched(store.subscribe, store.get);
