// A message that is written while there is no server: it waits in a file, and another process sends it.
//
//   node examples/outage.mjs https://chat.example.com queue.json write   # may be offline from here on
//   node examples/outage.mjs https://chat.example.com queue.json send

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { createClient } from '@deskwire/sdk';
import { fileOutbox, nodeRuntime } from '@deskwire/sdk/node';

const [endpoint = 'http://127.0.0.1:9003', file = 'queue.json', what = 'write'] = process.argv.slice(2);

/** Who we are outlives the process too. */
const store = {
  kept: JSON.parse(what === 'send' ? readFileSync(`${file}.who`, 'utf8') : '{}'),
  get: (key) => store.kept[key] ?? null,
  set: (key, value) => {
    store.kept[key] = value;
    writeFileSync(`${file}.who`, JSON.stringify(store.kept));
  },
  remove: (key) => void delete store.kept[key],
};
const chat = createClient({ endpoint, runtime: nodeRuntime(store), outbox: fileOutbox(file) });

if (what === 'write') {
  await chat.init({ organisation: 'df_org_uid', name: 'Ann' });
  const { conversation } = await chat.start({ agent: 'df_ag_uid' });
  store.set('topic', conversation.topic);
  await chat.close(); // the server is gone
  const offline = createClient({
    endpoint: 'http://127.0.0.1:1',
    runtime: nodeRuntime(store),
    outbox: fileOutbox(file),
  });
  offline.conversation(conversation.topic).sendText('written without a server');
  await offline.close(); // the file is written
  console.log('waits');
} else {
  const conversation = chat.conversation(store.get('topic') ?? '');
  await conversation.join();
  await new Promise((resolve) => {
    conversation.subscribe(({ messages }) => messages.some(({ mine, seq }) => mine && seq) && resolve());
  });
  console.log(`sent: ${conversation.view.messages.find(({ mine }) => mine)?.content.text}`);
  await chat.close();
}
