// A visitor whose messages travel by the carrier that is named: to see what a network lets through.
//
//   node examples/carriers.mjs https://chat.example.com mqtt     # or ws, sockjs, http

import process from 'node:process';
import { createClient } from '@deskwire/sdk';
import { mqttCarrier } from '@deskwire/sdk/mqtt';
import { nodeRuntime } from '@deskwire/sdk/node';

const [endpoint = 'http://127.0.0.1:9003', name = 'ws'] = process.argv.slice(2);

const carrier = name === 'mqtt' ? mqttCarrier : name;
const chat = createClient({ endpoint, runtime: nodeRuntime(), transports: [carrier] });
chat.on('error', ({ code, message }) => console.log(`${code}: ${message}`));

await chat.init({ organisation: 'df_org_uid', name: 'Ann' });
const { conversation } = await chat.start({ agent: 'df_ag_uid' });
await conversation.join();
const { content } = await conversation.sendText(`Hello by ${name}!`).done;
console.log(`${chat.state.status} by ${chat.state.carrier}: ${content.text}`);
await chat.close();
