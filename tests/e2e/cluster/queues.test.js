// Work queues over several nodes: said on one, consumed on others, and acknowledged once and for all, whatever fails meanwhile.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { SERVICE } from '../service-account.js';
import { StompPeer } from '../stomp-peer.js';
import { soon, until } from '../waiting.js';
import { opened, severalNodes, skipAlone } from './several-nodes.js';

/** Settles nothing by itself. */
const BY_HAND = { json: false, ack: 'client-individual', acknowledge: false, headers: { 'prefetch-count': '5' } };

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 120_000;

const several = severalNodes();

const serviceOn = (t, node) => opened(t, StompPeer.connect(node, { headers: SERVICE }));
const numbers = (count, from = 0) => Array.from({ length: count }, (_, number) => String(from + number));
const bodies = (feed) => feed.received.map(({ frame }) => frame.body);
const isRedelivered = (frame) => frame.headers.redelivered === 'true';

/** Consumers that acknowledge each message with a receipt. What comes after its receipt is late. */
class Work {
  handed = [];
  confirmed = new Set();
  late = [];
  #receipts = 0;

  async consume(t, node, queue) {
    const peer = await serviceOn(t, node);
    const feed = { count: 0 };
    peer.client.subscribe(
      queue,
      (frame) => {
        feed.count += 1;
        this.handed.push({ node: node.name, text: frame.body, again: isRedelivered(frame) });
        if (this.confirmed.has(frame.body)) {
          this.late.push(frame.body);
        }
        this.#receipts += 1;
        const receipt = `done-${this.#receipts}`;
        peer.client.watchForReceipt(receipt, () => {
          this.confirmed.add(frame.body);
          this.handed.push({ node: node.name, text: frame.body, confirmed: true });
        });
        frame.ack({ receipt });
      },
      { ack: 'client-individual', 'prefetch-count': '5' },
    );
    await peer.settle();
    return { peer, feed };
  }

  /**
   * Waits until all is done, and looks that nothing came again that had been. Of what a node that was killed had handed out,
   * the ACK may have arrived, and its receipt not.
   */
  async done(texts, killed) {
    const doubtful = new Set(this.handed.filter(({ node }) => node === killed).map(({ text }) => text));
    const isDone = (text) => this.confirmed.has(text) || doubtful.has(text);
    await until('everything is done', () => texts.every(isDone), 60_000);
    const story = this.handed.filter(({ text }) => this.late.includes(text));
    assert.deepEqual(story, [], 'nothing comes after its ACK was confirmed');
  }
}

/** How many messages of a queue the database has. */
const left = async (queue) => {
  const [{ count }] = await several.cluster.postgres.query(
    `SELECT COUNT(*) AS count FROM queued_message WHERE topic = 'queue/${queue}'`,
  );
  return count;
};

describe('work queues on three nodes', { skip: skipAlone }, () => {
  let [one, two, three] = [];
  before(() => {
    [one, two, three] = several.nodes;
  });

  test('what is said on one node is shared by consumers on the others', { timeout: LONG }, async (t) => {
    const sender = await serviceOn(t, one);
    for (const text of numbers(10)) {
      await sender.publish('/queue/shared', text, { persistent: 'true' });
    }
    const feeds = [];
    for (const node of [two, three]) {
      feeds.push(await (await serviceOn(t, node)).subscribe('/queue/shared', BY_HAND));
    }
    await until('each has what it may', () => feeds.every(({ received }) => received.length === 5));
    assert.deepEqual(feeds.flatMap(bodies).sort(), numbers(10));
    assert.ok(feeds.every((feed) => feed.received.every(({ frame }) => !isRedelivered(frame))));
    const order = bodies(feeds[0]).map(Number);
    assert.deepEqual(order, [...order].sort((a, b) => a - b));
    feeds.forEach((feed) => feed.received.forEach(({ frame }) => frame.ack()));
    await sender.publish('/queue/shared', 'more');
    await until('there is room again', () => feeds.flatMap(bodies).includes('more'));
  });

  test('a message that is not to survive a restart finds a consumer on another node too', { timeout: LONG }, async (t) => {
    const sender = await serviceOn(t, one);
    const feed = await (await serviceOn(t, two)).subscribe('/queue/transient', BY_HAND);
    sender.write('/queue/transient', {}, 'at once');
    await until('it comes', () => bodies(feed).includes('at once'));
  });

  test('nothing is lost and nothing comes after its ACK when a node is killed', { timeout: LONG }, async (t) => {
    const work = new Work();
    await Promise.all([two, three].map((node) => work.consume(t, node, '/queue/killed')));
    const sender = await serviceOn(t, one);
    const texts = numbers(300);
    for (const [index, text] of texts.entries()) {
      await sender.publish('/queue/killed', text, { persistent: 'true' });
      if (index === 150) {
        await three.kill();
      }
    }
    await until('all of it is gone', async () => (await left('killed')) === 0, 60_000);
    await work.done(texts, three.name);
    assert.ok(['n2', 'n3'].every((name) => work.handed.some(({ node }) => node === name)), 'both had some');
  });

  test('a node that stands still finds that others have done its work', { timeout: LONG }, async (t) => {
    const sender = await serviceOn(t, one);
    const still = await serviceOn(t, two);
    const feed = await still.subscribe('/queue/still', BY_HAND);
    const texts = numbers(8);
    for (const text of texts) {
      await sender.publish('/queue/still', text, { persistent: 'true' });
    }
    await until('it has some', () => feed.received.length === 5);
    two.pause();
    const work = new Work();
    await work.consume(t, three, '/queue/still');
    await work.done(texts);
    const before = feed.received.length;
    two.resume();
    await soon('its connection is ended', still.closed);
    assert.equal(feed.received.length, before, 'it hands out nothing that is done');
  });

  for (const [what, fail] of [
    ['is away', () => several.cluster.redis.kill()],
    ['has forgotten everything', () => several.cluster.redis.forget()],
  ]) {
    test(`messages reach consumers on other nodes when Redis ${what}`, { timeout: LONG }, async (t) => {
      const sender = await serviceOn(t, one);
      const work = new Work();
      const queue = `/queue/redis-${what.replaceAll(' ', '-')}`;
      await work.consume(t, two, queue);
      await sender.publish(queue, 'before', { persistent: 'true' });
      await fail();
      const texts = numbers(20);
      for (const text of texts) {
        await sender.publish(queue, text, { persistent: 'true' });
      }
      await work.done(['before', ...texts]);
      const late = await work.consume(t, three, queue);
      await sender.publish(queue, 'after', { persistent: 'true' });
      await work.done(['after']);
      await late.peer.disconnect();
    });
  }

  test('what a consumer leaves unsettled is delivered again on another node', { timeout: LONG }, async (t) => {
    const sender = await serviceOn(t, one);
    const leaving = await serviceOn(t, two);
    const feed = await leaving.subscribe('/queue/left', BY_HAND);
    await sender.publish('/queue/left', 'job', { persistent: 'true' });
    await until('it has it', () => feed.received.length === 1);
    const other = await (await serviceOn(t, three)).subscribe('/queue/left', BY_HAND);
    await leaving.cut();
    await until('the other one has it', () => other.received.length === 1);
    assert.ok(isRedelivered(other.received[0].frame));
    other.received[0].frame.ack();
  });
});
