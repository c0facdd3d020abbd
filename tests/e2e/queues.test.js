// Work queues and durable subscriptions with a stock STOMP client, through consumers that go and servers that die.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { SERVICE, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });
const connect = (headers = {}) => StompPeer.connect(server, { headers: { ...SERVICE, ...headers } });

/** Settles nothing by itself. */
const BY_HAND = { json: false, ack: 'client-individual', acknowledge: false };
const PERSISTENT = { persistent: 'true' };
const DURABLE = { json: false, headers: { id: 'reader', durable: 'true', 'auto-delete': 'false' } };

/** What came on a subscription: the text, with `!` if somebody may have had it before. */
const told = (feed) => feed.received.map(({ frame }) => frame.body + (frame.headers.redelivered === 'true' ? '!' : ''));
const item = (feed, index) => until(`message ${index}`, () => feed.received[index]?.frame);

test('consumers share a queue, and one gets what the other refuses or leaves behind', async () => {
  const [first, second, sender] = [await connect(), await connect(), await connect()];
  const feeds = [await first.subscribe('/queue/jobs', BY_HAND), await second.subscribe('/queue/jobs', BY_HAND)];
  for (const job of ['1', '2', '3', '4']) {
    await sender.publish('/queue/jobs', job);
  }
  await until('all jobs', () => feeds.every((feed) => feed.received.length === 2));
  assert.deepEqual(feeds.map(told), [['1', '3'], ['2', '4']]);
  (await item(feeds[0], 0)).nack();
  assert.equal((await item(feeds[1], 2)).body, '1');
  (await item(feeds[1], 0)).ack();
  await second.cut();
  await until('what the second had', () => feeds[0].received.length === 4);
  assert.deepEqual(told(feeds[0]), ['1', '3', '1!', '4!']);
  await first.disconnect();
  await sender.disconnect();
});

test('no acknowledged job is lost when the server is killed', async () => {
  const JOBS = 300;
  const answered = new Set();
  const repeated = new Set();
  const done = new Map();
  const consume = async () => {
    const peer = await connect();
    const feed = await peer.subscribe('/queue/killed', { ...BY_HAND, headers: { 'prefetch-count': '5' } });
    const take = setInterval(() => {
      if (!peer.client.connected) {
        return;
      }
      for (const { frame } of feed.received.splice(0)) {
        const again = frame.headers.redelivered === 'true';
        done.set(frame.body, [...(done.get(frame.body) ?? []), again]);
        frame.ack();
      }
    }, 1);
    peer.closed.then(() => clearInterval(take));
    return peer;
  };
  let [consumer, sender] = [await consume(), await connect()];
  for (let job = 0; job < JOBS; ) {
    const window = Array.from({ length: 10 }, (_, index) => String(job + index));
    const results = Promise.allSettled(window.map((text) => sender.publish('/queue/killed', text, PERSISTENT)));
    if (job % 100 === 50 && !repeated.has(window[0])) {
      await server.kill();
      await results;
      await server.restart();
      [consumer, sender] = [await consume(), await connect()];
      // Nobody knows which of them are stored.
      window.forEach((text) => repeated.add(text));
      continue;
    }
    assert.ok((await results).every(({ status }) => status === 'fulfilled'));
    window.forEach((text) => answered.add(text));
    job += window.length;
  }
  await until('every job', () => answered.size === JOBS && [...answered].every((text) => done.has(text)));
  for (const [text, times] of done) {
    const first = times.filter((again) => !again).length;
    assert.ok(first <= (repeated.has(text) ? 2 : 1), `${text} came as new ${first} times`);
  }
  await consumer.disconnect();
  await sender.disconnect();
});

test('a durable subscription goes on while its reader and the server are away', async () => {
  const [reader, sender] = [await connect(), await connect()];
  const feed = await reader.subscribe('/topic/news.local', DURABLE);
  await sender.publish('/topic/news.local', 'live', PERSISTENT);
  await until('the live one', () => feed.received.length === 1);
  await reader.disconnect();
  for (const text of ['1', '2', '3']) {
    await sender.publish('/topic/news.local', text, PERSISTENT);
  }
  await server.kill();
  await server.restart();
  const again = await connect();
  const resumed = await again.subscribe('/topic/news.local', DURABLE);
  await (await connect()).publish('/topic/news.local', 'new');
  await until('all', () => resumed.received.length >= 4);
  assert.deepEqual(told(resumed), ['1!', '2!', '3!', 'new']);
  resumed.subscription.unsubscribe({ durable: 'true' });
  await again.disconnect();
});
