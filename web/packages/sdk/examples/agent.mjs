// An agent in Node that greets everybody who is given to it, once. `PASSWORD` in the environment is its password.
//
//   PASSWORD=… node examples/agent.mjs https://chat.example.com

import process from 'node:process';
import { createClient } from '@deskwire/sdk';
import { createDesk } from '@deskwire/sdk/desk';
import { nodeRuntime } from '@deskwire/sdk/node';

const [endpoint = 'http://127.0.0.1:9003'] = process.argv.slice(2);

const client = createClient({ endpoint, runtime: nodeRuntime() });
await client.login('agent', process.env.PASSWORD ?? '');
const desk = createDesk(client);
const greeted = new Set();

desk.subscribe(({ threads }) => {
  for (const { topic, unread } of threads.filter((thread) => thread.unread > 0)) {
    if (!greeted.has(topic)) {
      greeted.add(topic);
      void greet(topic, unread);
    }
  }
});

async function greet(topic, unread) {
  const conversation = client.conversation(topic);
  await conversation.join();
  conversation.markRead();
  await conversation.sendText('How can I help?').done;
  console.log(`greeted somebody with ${unread} unread messages`);
}

await client.connect();
await desk.setSeat('AVAILABLE');
console.log('available');
process.once('SIGTERM', () => void client.close().then(() => process.exit()));
