// Clients of the server under test, and waiting for what they see.

import { afterAll, beforeAll } from 'vitest';
import { createClient } from '../../src/index.js';
import { nodeRuntime } from '../../src/node.js';
import type { ChatClient, ClientOptions, Conversation, ConversationView } from '../../src/types.js';
import { AGENT, ORGANISATION, PASSWORD, Server } from './harness.js';

/** A server for one file of tests, and the clients that are closed with it. */
export class Scene {
  server!: Server;
  readonly #clients: ChatClient[] = [];

  constructor() {
    beforeAll(async () => {
      this.server = await Server.start();
    });
    afterAll(async () => {
      await Promise.all(this.#clients.map((client) => client.close()));
      await this.server.stop();
    });
  }

  /** A client that comes back as soon as the back-off allows. */
  client(options: ClientOptions = {}): ChatClient {
    const client = createClient({
      endpoint: this.server.url,
      ...options,
      runtime: { ...nodeRuntime(), random: () => 0, ...options.runtime },
    });
    this.#clients.push(client);
    return client;
  }

  async agent(options?: ClientOptions): Promise<ChatClient> {
    const client = this.client(options);
    await client.login('agent', PASSWORD);
    return client;
  }

  /** A new visitor in a new conversation with the demo agent, joined. */
  async visitor(options?: ClientOptions): Promise<{ client: ChatClient; conversation: Conversation }> {
    const client = this.client(options);
    await client.init({ organisation: ORGANISATION, name: 'Ann' });
    const { conversation } = await client.start({ agent: AGENT });
    await conversation.join();
    return { client, conversation };
  }
}

/** Resolves with the first view that is as wanted. */
export function until(
  conversation: Conversation,
  wanted: (view: ConversationView) => boolean,
): Promise<ConversationView> {
  return first((listener) => conversation.subscribe(listener), conversation.view, wanted);
}

/** Resolves with the first value that is as wanted. */
export function first<T>(
  subscribe: (listener: (value: T) => void) => () => void,
  now: T,
  wanted: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    let stop = () => {};
    const look = (value: T) => {
      if (wanted(value)) {
        stop();
        resolve(value);
      }
    };
    stop = subscribe(look);
    look(now);
  });
}

/** The texts that a view shows, in their order. */
export function texts({ messages }: ConversationView): string[] {
  return messages.flatMap(({ content }) => (content.type === 'text' ? [content.text] : []));
}
