// The older stock clients work unchanged: `stompjs` 2.3.3 and `webstomp-client` 1.2.6, over WebSocket and over SockJS.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newConversation } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { LEGACY_LIBRARIES, LegacyPeer } from './legacy-peer.js';
import { SERVICE, WITH_SERVICE } from './service-account.js';
import { agentOnline, FOR_ONE_AGENT, testStockClient } from './stock-client-tests.js';
import { until } from './waiting.js';

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    ...FOR_ONE_AGENT,
    DESKWIRE__HEARTBEAT__SEND_MS: '1000',
    DESKWIRE__HEARTBEAT__WANT_MS: '1000',
  },
});
let agent;

before(async () => {
  agent = await agentOnline(server);
});
after(() => agent.disconnect());

const TRANSPORTS = {
  WebSocket: { path: '/ws/chat' },
  'SockJS over WebSocket': { path: '/ws/chat', sockjs: { transports: ['websocket'] } },
  'SockJS over xhr-streaming': { path: '/ws/chat', sockjs: { transports: ['xhr-streaming'] } },
};

for (const library of LEGACY_LIBRARIES) {
  for (const [transport, { path, sockjs }] of Object.entries(TRANSPORTS)) {
    testStockClient({
      client: `${library}, ${transport}`,
      world: () => ({ server, agent }),
      connect: (visitor, options) =>
        LegacyPeer.connect(library, server, { path: `${path}?token=${visitor.accessToken}`, sockjs, ...options }),
    });
  }

  test(`${library}: the version and the heart-beats it negotiates`, async (t) => {
    const visitor = await newConversation(server);
    const peer = await LegacyPeer.connect(library, server, { headers: { login: visitor.uid } });
    t.after(() => peer.disconnect());
    assert.equal(peer.connectedFrame.headers.version, library === 'stompjs' ? '1.1' : '1.2');
    assert.match(peer.connectedFrame.headers['heart-beat'], /^\d+,\d+$/);
  });

  test(`${library}: login and passcode, transactions, and ACK and NACK`, async (t) => {
    const peer = await LegacyPeer.connect(library, server, { headers: SERVICE });
    t.after(() => peer.disconnect());
    const feed = await peer.subscribe(`/topic/legacy/${library}`, {
      ack: 'client-individual',
      acknowledge: false,
      json: false,
    });
    const commit = peer.client.begin();
    const abort = peer.client.begin();
    await peer.publish(`/topic/legacy/${library}`, 'aborted', { transaction: abort.id });
    await peer.publish(`/topic/legacy/${library}`, 'committed', { transaction: commit.id });
    await peer.publish(`/topic/legacy/${library}`, 'at once');
    abort.abort();
    commit.commit();
    await until('both messages', () => feed.received.length === 2);
    assert.deepEqual(
      feed.received.map(({ frame }) => frame.body),
      ['at once', 'committed'],
    );
    feed.received[0].frame.ack();
    feed.received[1].frame.nack();
    feed.subscription.unsubscribe();
    await peer.publish(`/topic/legacy/${library}`, 'to nobody');
    assert.equal(feed.received.length, 2);
    assert.deepEqual(peer.errors, []);
  });
}

test('stompjs: its watch over our heart-beats, and ours over its own, keep the connection', async (t) => {
  const visitor = await newConversation(server);
  const peer = await LegacyPeer.connect('stompjs', server, { headers: { login: visitor.uid }, heartbeat: 1000 });
  t.after(() => peer.disconnect());
  assert.equal(peer.connectedFrame.headers['heart-beat'], '1000,1000');
  // Both sides cut a silence of three seconds at most.
  const heard = new Set();
  await until('five heart-beats of the server', () => heard.add(peer.client.serverActivity).size > 5);
  const feed = await peer.follow(visitor.topic);
  await peer.send(visitor.topic, { uid: 'after-beats', type: 'TEXT', content: 'still here' });
  await feed.message('after-beats');
});
