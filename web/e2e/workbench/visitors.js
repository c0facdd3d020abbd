// Visitors for stories at the desk: the SDK in Node, as a shop's own app would use it.

import { createClient } from '@deskwire/sdk';
import { memoryStore, nodeRuntime } from '@deskwire/sdk/node';

/** A visitor who has asked for a workgroup, with its conversation. */
export async function visit(server, workgroup, { name = 'Visitor', more = {} } = {}) {
  const client = createClient({ endpoint: server, runtime: nodeRuntime(memoryStore()) });
  await client.init({ organisation: 'df_org_uid', name, more });
  const { conversation, outcome } = await client.start({ workgroup });
  await conversation.join();
  return {
    client,
    conversation,
    outcome,
    topic: conversation.topic,
    /** Says something; resolves when the server has it. */
    say: (text) => conversation.sendText(text).done,
    /** Resolves when somebody has said a text to the visitor. */
    hears: (text) =>
      new Promise((resolve) => {
        const look = ({ messages }) =>
          messages.some(({ content, mine }) => !mine && 'text' in content && content.text.includes(text)) &&
          resolve();
        conversation.subscribe(look);
        look(conversation.view);
      }),
    close: () => client.close(),
  };
}
