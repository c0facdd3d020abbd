// A page of a visitor that has nothing but the SDK: `window.chat` and `window.conversation` are for the tests.

import { createClient } from '/sdk/index.js';

const query = new URLSearchParams(location.search);
const chat = createClient({ scope: query.get('scope') ?? '' });
window.chat = chat;
/** Every id that a view has shown twice at one moment. */
window.doubled = new Set();
window.ready = begin();

async function begin() {
  await chat.init({ organisation: 'df_org_uid', name: 'Ann' });
  const topic = query.get('topic');
  window.conversation = topic
    ? chat.conversation(topic)
    : (await chat.start({ workgroup: query.get('workgroup') })).conversation;
  window.conversation.subscribe(({ messages }) => {
    const ids = messages.map(({ id }) => id);
    ids.filter((id, index) => ids.indexOf(id) !== index).forEach((id) => window.doubled.add(id));
  });
  await window.conversation.join();
  return window.conversation.topic;
}
