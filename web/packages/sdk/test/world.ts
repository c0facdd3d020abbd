// A visitor in a world of its own, connected and in a conversation.

import { createClient } from '../src/index.js';
import { memoryStorage } from '../src/outbox/storage.js';
import { fakeWorld, type FakeWorld } from '../src/testing/index.js';
import type {
  ChatClient,
  ClientOptions,
  ConnectionState,
  Conversation,
  OutboxStorage,
} from '../src/types.js';
import type { WireMessage } from '../src/wire/message.js';

export const TOPIC = 'org/agent/a/v';

/** What the agent says, ready for the server. */
export function fromAgent(uid: string, content = uid): WireMessage {
  return {
    uid,
    type: 'TEXT',
    content,
    thread: { topic: TOPIC },
    user: { uid: 'agent', nickname: 'Bea', type: 'AGENT' },
  };
}

/** A connected visitor that has joined its conversation. */
export async function visitor(
  options: Partial<ClientOptions> = {},
  world: FakeWorld = fakeWorld(),
): Promise<{
  world: FakeWorld;
  client: ChatClient;
  conversation: Conversation;
  states: ConnectionState[];
  outbox: OutboxStorage;
}> {
  const outbox = options.outbox ?? memoryStorage();
  const client = createClient({ ...world.options, outbox, ...options });
  const states: ConnectionState[] = [];
  client.on('state', ({ current }) => states.push(current));
  const initialised = client.init({ organisation: 'org' });
  await world.clock.advance(100);
  await initialised;
  const conversation = client.conversation(TOPIC);
  const joined = conversation.join();
  await world.clock.advance(100);
  await joined;
  return { world, client, conversation, states, outbox };
}
