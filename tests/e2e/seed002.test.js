// The client of the second documentation, as far as it goes today: a bearer token in CONNECT on /ws/chat, subscriptions
// made in onConnect, with `@stomp/stompjs` and a brokerURL. `/app/chat/send` and the messages of `/topic/session/…` are
// not served yet and not tested.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@stomp/stompjs';
import { logInAgent, newConversation } from './conversations.js';
import { serverForThisFile } from './harness.js';
import './stomp-peer.js';
import { soon } from './waiting.js';

const server = await serverForThisFile();

/** The documentation's client, with what it does in onConnect. Resolves when its subscriptions are active. */
async function chatClient(t, token, destinations) {
  const state = { errors: [], closes: 0 };
  const subscribed = new Promise((resolve, reject) => {
    state.chatClient = new Client({
      brokerURL: server.ws('/ws/chat'),
      connectHeaders: { Authorization: 'Bearer ' + token },
      onConnect: () => {
        for (const destination of destinations) {
          state.chatClient.subscribe(destination, () => {});
        }
        // Frames are acted on in order: the answer to this one shows that those before it were accepted.
        state.chatClient.watchForReceipt('behind', resolve);
        state.chatClient.unsubscribe('never', { receipt: 'behind' });
      },
      onStompError: (frame) => {
        state.errors.push(frame.headers.message);
        reject(new Error(frame.headers.message));
      },
      onWebSocketClose: () => {
        state.closes += 1;
      },
    });
  });
  t.after(() => state.chatClient.deactivate());
  state.chatClient.activate();
  await soon('the subscriptions', subscribed);
  return state;
}

const CHANNELS = {
  'the conversation': ({ thread }) => `/topic/session/${thread.sessionNo}`,
  'its private notices': () => '/user/queue/notify',
  'the state of the seats': () => '/topic/seat/status',
};

for (const person of ['visitor', 'agent']) {
  for (const [title, destination] of Object.entries(CHANNELS)) {
    test(`the ${person} subscribes to ${title} and stays connected`, async (t) => {
      const visitor = await newConversation(server);
      const { accessToken } = person === 'visitor' ? visitor : await logInAgent(server);
      const { chatClient: client, errors, closes } = await chatClient(t, accessToken, [destination(visitor)]);
      assert.deepEqual(errors, []);
      assert.equal(closes, 0);
      assert.equal(client.connected, true);
    });
  }
}

test('a wrong token is told by an ERROR', async (t) => {
  const client = new Client({
    brokerURL: server.ws('/ws/chat'),
    connectHeaders: { Authorization: 'Bearer not.a.token' },
    reconnectDelay: 0,
  });
  t.after(() => client.deactivate());
  const refused = new Promise((resolve) => {
    client.onStompError = resolve;
  });
  client.activate();
  const { headers } = await soon('the ERROR', refused);
  assert.match(headers.message, /\w{3,}/);
});
