// The outbox in the browser's database.

import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, test, vi } from 'vitest';
import { indexedDbStorage } from '../src/outbox/indexed-db.js';
import type { StoredMessage } from '../src/types.js';

const message = (id: string): StoredMessage => ({
  id,
  topic: 't',
  writer: 'w',
  tab: 'tab',
  content: { type: 'text', text: id },
  extra: {},
  queuedAt: 0,
  order: 0,
});
const ids = (stored: readonly StoredMessage[]) => stored.map(({ id }) => id);

afterEach(() => vi.restoreAllMocks());

test('what is changed in one go is one transaction, and outlives the page', async () => {
  const factory = new IDBFactory();
  const storage = indexedDbStorage(factory);
  await storage.put(message('before'));
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction');
  await Promise.all([...['a', 'b', 'c'].map((id) => storage.put(message(id))), storage.remove('before')]);
  expect(begun).toHaveBeenCalledTimes(1);
  await storage.remove('b');
  expect(begun).toHaveBeenCalledTimes(2);
  expect(ids(await indexedDbStorage(factory).all())).toEqual(['a', 'c']);
});

test('a database that cannot be written fails the change, and the next one tries again', async () => {
  const storage = indexedDbStorage(new IDBFactory());
  await storage.put(message('a'));
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
    throw new Error('full');
  });
  await expect(storage.put(message('b'))).rejects.toThrow('full');
  await storage.put(message('c'));
  expect(ids(await storage.all())).toEqual(['a', 'c']);
});
