// For Node: WebSockets by `ws`, and a queue that waits in a file.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WebSocket as NodeWebSocket } from 'ws';
import type { KeyValueStore, OutboxStorage, Runtime, StoredMessage } from './types.js';

/** What Node brings: pass it as `runtime`. Without `store` every client is somebody new. */
export function nodeRuntime(store: KeyValueStore = memoryStore()): Partial<Runtime> {
  return {
    webSocket: (url, protocols) => new NodeWebSocket(url, protocols) as unknown as WebSocket,
    store,
  };
}

/** Keeps small texts as long as the process lives. */
export function memoryStore(): KeyValueStore {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => void kept.set(key, value),
    remove: (key) => void kept.delete(key),
  };
}

/** Keeps queued messages in a file, which is replaced as a whole: after a crash it is the old one or the new one. */
export function fileOutbox(path: string): OutboxStorage {
  let messages: Promise<Map<string, StoredMessage>> | undefined;
  let writing = Promise.resolve();
  const load = () => (messages ??= read(path));
  const save = async (change: (kept: Map<string, StoredMessage>) => void): Promise<void> => {
    const kept = await load();
    change(kept);
    writing = writing
      .catch(() => undefined) // the one before has told its own caller
      .then(() => replace(path, JSON.stringify([...kept.values()])));
    return writing;
  };
  return {
    put: (message) => save((kept) => kept.set(message.id, message)),
    remove: (id) => save((kept) => kept.delete(id)),
    all: async () => [...(await load()).values()],
  };
}

async function read(path: string): Promise<Map<string, StoredMessage>> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return '[]';
    }
    throw error;
  });
  return new Map((JSON.parse(content) as StoredMessage[]).map((message) => [message.id, message]));
}

async function replace(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${randomUUID()}`;
  await writeFile(beside, content, { flush: true });
  await rename(beside, path);
}
