// Where queued messages wait: the browser's database, or memory where there is none.

import type { OutboxStorage, StoredMessage } from '../types.js';

/** Keeps messages as long as the page lives. */
export function memoryStorage(): OutboxStorage {
  const kept = new Map<string, StoredMessage>();
  return {
    put: (message) => Promise.resolve(void kept.set(message.id, message)),
    remove: (id) => Promise.resolve(void kept.delete(id)),
    all: () => Promise.resolve([...kept.values()]),
  };
}

/** The best storage there is here. */
export function defaultStorage(): OutboxStorage {
  if (typeof indexedDB === 'undefined') {
    return memoryStorage();
  }
  let loading: Promise<OutboxStorage> | undefined;
  const storage = () =>
    (loading ??= import('./indexed-db.js').then((module) => module.indexedDbStorage(indexedDB)));
  return {
    put: async (message) => (await storage()).put(message),
    remove: async (id) => (await storage()).remove(id),
    all: async () => (await storage()).all(),
  };
}
