// Several tabs of one browser, which share storage, locks and a channel, on a clock that the test moves.

import { describe, expect, it } from 'vitest';
import { createClient } from '../src/index.js';
import { memoryStorage } from '../src/outbox/storage.js';
import { fakeWorld } from '../src/testing/index.js';
import type { ChatClient, OutboxStorage } from '../src/types.js';
import { TOPIC } from './world.js';

/** A browser with a visitor, and how to open a tab in it. */
function browser(outbox: OutboxStorage = memoryStorage()) {
  const world = fakeWorld();
  const open = async (storage = outbox) => {
    const client = createClient({ ...world.options, outbox: storage });
    void client.init({ organisation: 'org' }).catch(() => undefined);
    await world.clock.advance(100);
    const conversation = client.conversation(TOPIC);
    void conversation.join();
    await world.clock.advance(100);
    return { client, conversation };
  };
  const log = () => (world.server.logs.get(TOPIC) ?? []).map(({ content }) => content);
  /** The server hears nothing more, and links break. */
  const fail = () => {
    world.server.up = false;
    world.server.cut();
  };
  return { world, outbox, open, log, fail };
}

const leaders = (...clients: ChatClient[]) => clients.map(({ leader }) => leader);

describe('tabs', () => {
  it('have one leader, and the next when that is closed', async () => {
    const { world, open } = browser();
    const [one, two] = [await open(), await open()];
    expect(leaders(one.client, two.client)).toEqual([true, false]);
    const told: boolean[] = [];
    two.client.on('leader', (leading) => told.push(leading));
    await one.client.close();
    await world.clock.settle();
    expect([leaders(two.client), told]).toEqual([[true], [true]]);
  });

  it('leave what they could not send to the leader', async () => {
    const { world, outbox, open, log, fail } = browser();
    const [one, two] = [await open(), await open()];
    fail();
    two.conversation.sendText('from two');
    two.conversation.send({ type: 'product', id: 'p1', title: 'Tea', tags: [] });
    one.conversation.sendText('from one');
    await two.client.close();
    await world.clock.settle();
    const types = one.conversation.view.messages.map(({ content }) => content.type);
    expect(types.sort()).toEqual(['product', 'text', 'text']);
    world.server.up = true;
    await world.clock.advance(60_000);
    expect(log()).toHaveLength(3);
    expect(log()).toEqual(expect.arrayContaining(['from one', 'from two', expect.stringContaining('Tea')]));
    expect(one.conversation.view.messages).toHaveLength(3);
    expect(await outbox.all()).toEqual([]);
  });

  it('do not send for one that lives', async () => {
    const { world, outbox, open, fail } = browser();
    const [one, two] = [await open(), await open()];
    fail();
    const sending = two.conversation.sendText('mine to take back');
    await world.clock.advance(1_000);
    expect(one.conversation.view.messages).toEqual([]);
    expect(sending.cancel()).toBe(true);
    await world.clock.settle();
    expect(await outbox.all()).toEqual([]);
  });

  it('send once what a reload has interrupted, and never show it twice', async () => {
    const { world, outbox, open, log } = browser();
    const before = await open();
    before.conversation.sendText('said'); // on its way, and nobody will hear the echo
    const doubled = await outbox.all();
    await world.clock.advance(15);
    await before.client.close();
    await Promise.all(doubled.map((message) => outbox.put(message)));
    const after = await open();
    for (let moment = 0; moment < 100; moment += 1) {
      await world.clock.advance(100);
      const ids = after.conversation.view.messages.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
    }
    expect(log()).toEqual(['said']);
    expect(after.conversation.view.messages).toMatchObject([{ status: 'sent' }]);
    expect(await outbox.all()).toEqual([]);
  });

  it('know what has arrived of one that ended before it could say so', async () => {
    const { world, outbox, open, log } = browser();
    const one = await open();
    const two = await open({ ...outbox, remove: () => Promise.resolve() });
    two.conversation.sendText('said');
    await world.clock.advance(1_000);
    let most = 0;
    one.conversation.subscribe(({ messages }) => (most = Math.max(most, messages.length)));
    await two.client.close();
    await world.clock.advance(20_000);
    expect([most, log()]).toEqual([1, ['said']]);
    expect(await outbox.all()).toEqual([]);
  });

  it('ask about what is older than a day', async () => {
    const { world, open, log, fail } = browser();
    const before = await open();
    fail();
    before.conversation.sendText('yesterday');
    await before.client.close();
    await world.clock.advance(2 * 86_400_000);
    world.server.up = true;
    const { client, conversation } = await open();
    await world.clock.advance(60_000);
    expect(conversation.view.messages).toMatchObject([{ status: 'asking' }]);
    const [left] = await client.leftovers();
    left?.retry();
    await world.clock.advance(1_000);
    expect(log()).toEqual(['yesterday']);
  });
});
