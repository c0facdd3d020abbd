import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/index.js';
import { nodeRuntime } from '../../src/node.js';
import type { ChatClient, ClientOptions, Conversation, ConversationView } from '../../src/types.js';
import { AGENT, binary, ORGANISATION, PASSWORD, Server } from './harness.js';

let server: Server;
const clients: ChatClient[] = [];

const client = (options: ClientOptions = {}) => {
  const made = createClient({
    endpoint: server.url,
    runtime: nodeRuntime(),
    logger: (l) => process.env['LOG'] && console.log(l),
    ...options,
  });
  clients.push(made);
  return made;
};

/** Resolves with the first view that is as wanted. */
function until(
  conversation: Conversation,
  wanted: (view: ConversationView) => boolean,
): Promise<ConversationView> {
  return new Promise((resolve) => {
    const look = (view: ConversationView) => {
      if (wanted(view)) {
        stop();
        resolve(view);
      }
    };
    const stop = conversation.subscribe(look);
    look(conversation.view);
  });
}

beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  await Promise.all(clients.map((made) => made.close()));
  await server.stop();
});

describe.skipIf(binary === undefined).each([['ws'], ['sockjs'], ['http']] as const)('over %s', (carrier) => {
  it('carries a conversation', async () => {
    const agent = client({ transports: [carrier] });
    await agent.login('agent', PASSWORD);
    const visitor = client({ transports: [carrier] });
    await visitor.init({ organisation: ORGANISATION, name: 'Ann' });
    const { conversation, outcome } = await visitor.start({ agent: AGENT });
    await conversation.join();
    expect(visitor.state.status).toBe(carrier === 'http' ? 'degraded' : 'connected');
    expect(['chatting', 'offline', 'queuing']).toContain(outcome);
    const sent = await conversation.sendText('hello').done;
    expect(sent.seq).toBeGreaterThan(0);
    const theirs = agent.conversation(conversation.topic);
    await theirs.join();
    const seen = await until(theirs, ({ messages }) =>
      messages.some(({ content }) => content.type === 'text' && content.text === 'hello'),
    );
    expect(seen.visitor?.name).toBe('Ann');
    expect(seen.unread).toBeGreaterThan(0);
    theirs.markRead();
    await theirs.sendText('hi').done;
    await until(conversation, ({ messages }) =>
      messages.some(({ content }) => content.type === 'text' && content.text === 'hi'),
    );
    if (carrier !== 'http') {
      await until(conversation, ({ messages }) =>
        messages.some(({ id, status }) => id === sent.id && status === 'read'),
      );
    }
  });
});
