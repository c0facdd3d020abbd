// Queued messages in the browser's database: they outlive the page.

import type { OutboxStorage, StoredMessage } from '../types.js';

const DATABASE = 'deskwire';
const TABLE = 'outbox';

/** Keeps messages in the browser's database, opened at the first use. */
export function indexedDbStorage(factory: IDBFactory): OutboxStorage {
  let opened: Promise<IDBDatabase> | undefined;
  const database = () =>
    (opened ??= new Promise((resolve, reject) => {
      const request = factory.open(DATABASE, 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(TABLE, { keyPath: 'id' });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error(DATABASE));
    }));
  let batch: { asked: ((table: IDBObjectStore) => void)[]; written: Promise<void> } | undefined;
  // What is said in one go is written at once: a page that is left in the middle has kept all of it.
  const change = (ask: (table: IDBObjectStore) => void): Promise<void> => {
    if (batch) {
      batch.asked.push(ask);
      return batch.written;
    }
    const asked = [ask];
    const written = database()
      .finally(() => (batch = undefined))
      .then((known) => {
        const transaction = known.transaction(TABLE, 'readwrite');
        const table = transaction.objectStore(TABLE);
        asked.forEach((each) => each(table));
        return ended(transaction);
      });
    batch = { asked, written };
    return written;
  };
  return {
    put: (message) => change((table) => table.put(message)),
    remove: (id) => change((table) => table.delete(id)),
    async all() {
      const transaction = (await database()).transaction(TABLE);
      const request = transaction.objectStore(TABLE).getAll() as IDBRequest<StoredMessage[]>;
      await ended(transaction);
      return request.result;
    },
  };
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error(TABLE));
  });
}
