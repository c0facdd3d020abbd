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
      request.onerror = () => reject(request.error ?? new Error('the database cannot be opened'));
    }));
  const run = async <T>(
    mode: IDBTransactionMode,
    ask: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const transaction = (await database()).transaction(TABLE, mode);
    const request = ask(transaction.objectStore(TABLE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the database has aborted'));
    });
  };
  return {
    async put(message) {
      await run('readwrite', (table) => table.put(message));
    },
    async remove(id) {
      await run('readwrite', (table) => table.delete(id));
    },
    all: () => run('readonly', (table) => table.getAll() as IDBRequest<StoredMessage[]>),
  };
}
