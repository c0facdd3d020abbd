// A visitor in Node: asks for a conversation, says something, and prints what is answered.
//
//   node examples/visitor.mjs https://chat.example.com "Do you have tea?"

import process from 'node:process';
import { createClient } from '@deskwire/sdk';
import { nodeRuntime } from '@deskwire/sdk/node';

const [endpoint = 'http://127.0.0.1:9003', question = 'Hello!'] = process.argv.slice(2);

const chat = createClient({ endpoint, runtime: nodeRuntime() });
await chat.init({ organisation: 'df_org_uid', name: 'Ann' });
const { conversation, outcome } = await chat.start({ agent: 'df_ag_uid' });
console.log(`outcome: ${outcome}`);

const answered = new Promise((resolve) => chat.on('message', resolve));
await conversation.join();
const { seq } = await conversation.sendText(question).done;
console.log(`sent: ${seq}`);

const { sender, content } = await answered;
console.log(`${sender.name}: ${content.text}`);
await chat.close();
