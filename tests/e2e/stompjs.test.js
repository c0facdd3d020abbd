// The stock client `@stomp/stompjs` 7: each of its options that changes what goes over the wire.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Versions } from '@stomp/stompjs';
import { dotted } from 'deskwire-examples/protocol.js';
import { newConversation, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { SERVICE, WITH_SERVICE } from './service-account.js';
import { agentOnline, FOR_ONE_AGENT, testStockClient } from './stock-client-tests.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

/** Bytes of a STOMP frame that the library's own suite sends. */
const MEGABYTE = 1024 * 1024;

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    ...FOR_ONE_AGENT,
    DESKWIRE__LIMITS__STOMP_FRAME_BYTES: String(2 * MEGABYTE),
    DESKWIRE__LIMITS__WEBSOCKET_MESSAGE_BYTES: String(2 * MEGABYTE),
    DESKWIRE__LIMITS__OUTBOX_BYTES: String(8 * MEGABYTE),
  },
});
let agent;

before(async () => {
  agent = await agentOnline(server);
});
after(() => agent.disconnect());

const CONFIGURATIONS = {
  'as it comes': {},
  splitLargeFrames: { splitLargeFrames: true },
  forceBinaryWSFrames: { forceBinaryWSFrames: true },
  appendMissingNULLonIncoming: { appendMissingNULLonIncoming: true },
  'all options of React Native': { forceBinaryWSFrames: true, appendMissingNULLonIncoming: true },
};
for (const [title, client] of Object.entries(CONFIGURATIONS)) {
  testStockClient({
    client: `@stomp/stompjs ${title}`,
    world: () => ({ server, agent }),
    connect: (visitor, options) =>
      StompPeer.connect(server, { path: `/ws/chat?token=${visitor.accessToken}`, client, ...options }),
  });
}

/** A service account's connection that ends with the test. */
async function service(t, client) {
  const peer = await StompPeer.connect(server, { headers: SERVICE, client });
  t.after(() => peer.disconnect());
  return peer;
}

const opaque = { json: false };
const bodies = (feed) => feed.received.map(({ frame }) => frame.body);

for (const version of ['1.0', '1.1', '1.2']) {
  describe(`STOMP ${version}`, () => {
    const only = { stompVersions: new Versions([version]) };
    const topic = (name) => `/topic/v${version.replace('.', '')}/${name}`;

    test('is what CONNECTED says', async (t) => {
      const peer = await service(t, only);
      assert.equal(peer.client.connectedVersion, version);
    });

    test('the header values that the library can say in this version', async (t) => {
      const peer = await service(t, only);
      const feed = await peer.subscribe(topic('headers'), opaque);
      // 1.0 has no escapes. 1.1 has, but the library does not know it.
      const value = { '1.0': 'a:b', 1.1: 'a/b', 1.2: 'a:b\\d\ne\rf' }[version];
      await peer.publish(topic('headers'), 'x', { 'x-note': value });
      assert.equal((await until('the message', () => feed.received[0])).frame.headers['x-note'], value);
    });

    for (const ack of ['client', 'client-individual']) {
      test(`ack ${ack}: a window of one moves with each ACK`, async (t) => {
        const visitor = await newConversation(server);
        const peer = await StompPeer.asVisitor(server, visitor, { client: only });
        t.after(() => peer.disconnect());
        const texts = ['one', 'two', 'three'].map((content) => textFrom(agent, visitor.thread, content));
        for (const message of texts) {
          await agent.send(message);
        }
        const feed = await peer.follow(visitor.topic, { ack, acknowledge: false, headers: { 'prefetch-count': '1' } });
        for (const [index, { uid }] of texts.entries()) {
          await feed.message(uid);
          assert.equal(feed.received.length, index + 1, 'one at a time');
          feed.received[index].frame.ack();
        }
      });
    }

    test('a transaction is acted on at COMMIT, an aborted one never', async (t) => {
      const peer = await service(t, only);
      const feed = await peer.subscribe(topic('transactions'), opaque);
      const [commit, abort] = [peer.client.begin(), peer.client.begin()];
      for (const [{ id }, body] of [
        [abort, 'a1'],
        [commit, 'c1'],
        [commit, 'c2'],
      ]) {
        peer.client.publish({ destination: topic('transactions'), body, headers: { transaction: id } });
      }
      await peer.publish(topic('transactions'), 'at once');
      abort.abort();
      commit.commit();
      await until('three messages', () => feed.received.length === 3);
      assert.deepEqual(bodies(feed), ['at once', 'c1', 'c2']);
    });
  });
}

for (const client of [{}, { splitLargeFrames: true }, { forceBinaryWSFrames: true }]) {
  test(`a frame of one megabyte, ${JSON.stringify(client)}`, async (t) => {
    const peer = await service(t, client);
    const feed = await peer.subscribe('/topic/large/frames', opaque);
    const body = 'é'.repeat(MEGABYTE / 2);
    await peer.publish('/topic/large/frames', body);
    assert.equal((await until('the message', () => feed.received[0])).frame.body, body);
  });
}

test('binary bodies', async (t) => {
  const peer = await service(t);
  const feed = await peer.subscribe('/topic/binary/x', opaque);
  const binaryBody = new Uint8Array(Array.from({ length: 70_000 }, (_, index) => index % 256));
  for (const headers of [{}, { 'content-type': 'application/octet-stream' }]) {
    peer.client.publish({ destination: '/topic/binary/x', binaryBody, headers });
  }
  await until('both', () => feed.received.length === 2);
  for (const { frame } of feed.received) {
    assert.deepEqual(Buffer.from(frame.binaryBody), Buffer.from(binaryBody));
  }
});

test('without content-length, as skipContentLengthHeader sends', async (t) => {
  const peer = await service(t);
  const feed = await peer.subscribe('/topic/skip/x', opaque);
  peer.client.publish({ destination: '/topic/skip/x', body: 'ends at NUL 👋', skipContentLengthHeader: true });
  assert.equal((await until('the message', () => feed.received[0])).frame.body, 'ends at NUL 👋');
});

test('deactivate() waits for the RECEIPT of its DISCONNECT and ends', async () => {
  const peer = await StompPeer.connect(server, { headers: SERVICE });
  let goodbye;
  peer.client.onDisconnect = (frame) => {
    goodbye = frame.headers['receipt-id'];
  };
  await soon('deactivate()', peer.client.deactivate());
  assert.match(goodbye, /^close-/);
  assert.deepEqual(peer.errors, []);
});

for (const discardWebsocketOnCommFailure of [false, true]) {
  test(`it reconnects by itself and resumes, discardWebsocketOnCommFailure ${discardWebsocketOnCommFailure}`, async (t) => {
    const visitor = await newConversation(server);
    const peer = await StompPeer.asVisitor(server, visitor, {
      device: 'tab',
      client: { reconnectDelay: 20, discardWebsocketOnCommFailure },
    });
    t.after(() => peer.disconnect());
    const received = [];
    const follow = () =>
      peer.client.subscribe(
        `/topic/${dotted(visitor.topic)}`,
        (frame) => {
          received.push(JSON.parse(frame.body));
          frame.ack();
        },
        { ack: 'client' },
      );
    peer.client.onConnect = follow;
    follow();
    const texts = Array.from({ length: 6 }, (_, index) => textFrom(agent, visitor.thread, `m${index}`));
    for (const message of texts) {
      await agent.send(message);
      await until(message.content, () => received.some(({ uid }) => uid === message.uid));
      peer.client.forceDisconnect();
    }
    const uids = texts.map(({ uid }) => uid);
    const first = [...new Set(received.map(({ uid }) => uid))];
    assert.deepEqual(
      first.filter((uid) => uids.includes(uid)),
      uids,
      'in order, none missing',
    );
  });
}

test('an ERROR reaches onStompError and the library reconnects', async (t) => {
  const peer = await StompPeer.connect(server, { headers: SERVICE, client: { reconnectDelay: 20 } });
  t.after(() => peer.disconnect());
  const again = new Promise((resolve) => {
    peer.client.onConnect = resolve;
  });
  peer.client.commit('never begun');
  await soon('the second CONNECTED', again);
  assert.equal(peer.errors.length, 1);
});
