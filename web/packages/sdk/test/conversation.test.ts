// What the page is shown, and what the server is told, on a clock that the test moves.

import { describe, expect, it, vi } from 'vitest';
import { createClient } from '../src/index.js';
import { memoryStorage } from '../src/outbox/storage.js';
import type { ConversationView } from '../src/types.js';
import type { WireMessage } from '../src/wire/message.js';
import { fromAgent, TOPIC, visitor } from './world.js';

const contents = ({ messages }: ConversationView) =>
  messages.map(({ content }) => (content.type === 'text' ? content.text : content.type));

describe('a conversation', () => {
  it('shows a message at once, and its way', async () => {
    const { world, conversation } = await visitor();
    const sending = conversation.sendText('hello');
    expect(conversation.view.messages).toMatchObject([
      { id: sending.id, status: 'sending', seq: null, mine: true },
    ]);
    await world.clock.advance(100);
    expect(await sending.done).toMatchObject({ id: sending.id, seq: 1, status: 'sent' });
    const read = { ...fromAgent('r1', sending.id), type: 'READ' };
    world.server.relay({ ...read, type: 'DELIVERED' });
    await world.clock.advance(100);
    expect(conversation.view.messages).toMatchObject([{ status: 'delivered' }]);
    world.server.relay(read);
    await world.clock.advance(100);
    expect(conversation.view).toMatchObject({ othersRead: 1, messages: [{ status: 'read' }] });
  });

  it('goes on where it stood when a cut connection is back', async () => {
    const { world, conversation } = await visitor();
    world.server.accept(fromAgent('m1'));
    await world.clock.advance(100);
    world.server.up = false;
    world.server.cut();
    conversation.sendText('mine');
    world.server.accept(fromAgent('m2'));
    world.server.up = true;
    await world.clock.advance(1_000); // less than an echo may take: it was sent again at once
    expect(contents(conversation.view)).toEqual(['m1', 'm2', 'mine']);
  });

  it('fetches what is missing after two seconds', async () => {
    const { world, conversation } = await visitor();
    world.server.faults = { ...world.server.faults, lose: 1 };
    world.server.accept(fromAgent('m1'));
    world.server.faults = { ...world.server.faults, lose: 0 };
    world.server.accept(fromAgent('m2'));
    await world.clock.advance(1_000);
    expect(conversation.view).toMatchObject({ gap: true, messages: [], head: 2 });
    await world.clock.advance(1_100);
    expect(conversation.view.gap).toBe(false);
    expect(contents(conversation.view)).toEqual(['m1', 'm2']);
  });

  it('tells a page once a frame, and unchanged messages are the same objects', async () => {
    const { world, conversation } = await visitor();
    const views: ConversationView[] = [];
    world.server.accept(fromAgent('m0'));
    await world.clock.advance(100);
    const before = conversation.view.messages[0];
    conversation.subscribe((view) => views.push(view));
    for (let number = 1; number <= 50; number += 1) {
      world.server.accept(fromAgent(`m${number}`));
    }
    await world.clock.advance(100);
    expect(views.length).toBeLessThan(4);
    expect(views.at(-1)?.messages).toHaveLength(51);
    expect(views.at(-1)?.messages[0]).toBe(before);
  });

  it('begins anew when the log is another one', async () => {
    const { world, client, conversation } = await visitor();
    world.server.accept(fromAgent('m1'));
    await world.clock.advance(100);
    const reset: string[] = [];
    client.on('reset', ({ topic }) => reset.push(topic));
    world.server.logs.set(TOPIC, []);
    world.server.accept(fromAgent('other'));
    await world.clock.advance(3_000);
    expect([contents(conversation.view), reset]).toEqual([['other'], [TOPIC]]);
  });

  it('begins anew when what stood between was deleted', async () => {
    const { world, client, conversation } = await visitor();
    world.server.accept(fromAgent('m1'));
    await world.clock.advance(100);
    const reset: string[] = [];
    client.on('reset', ({ topic }) => reset.push(topic));
    world.server.up = false;
    world.server.cut();
    ['m2', 'm3', 'm4'].forEach((uid) => world.server.accept(fromAgent(uid)));
    world.server.logs.get(TOPIC)?.splice(0, 3);
    world.server.up = true;
    await world.clock.advance(5_000);
    expect(conversation.view).toMatchObject({ gap: false, messages: [{ seq: 4 }] });
    expect(reset).toEqual([TOPIC]);
  });

  it('folds recalls, edits, reactions and the end of an order card into what they change', async () => {
    const { world, conversation } = await visitor();
    const say = (uid: string, type: string, content: string): WireMessage => ({
      ...fromAgent(uid, content),
      type,
    });
    const card = { orderCardId: 5, name: 'deposit', price: '29.9', status: 'pending', countdownSeconds: 60 };
    const said = [
      say('m1', 'TEXT', 'wrong'),
      say('m2', 'TEXT', 'tpyo'),
      say('m3', 'ORDER_CARD', JSON.stringify(card)),
      say('x1', 'RECALL', 'm1'),
      { ...say('x2', 'EDIT', 'typo'), extra: '{"editedUid":"m2"}' },
      say('x3', 'REACTION', '{"uid":"m2","emoji":"👍"}'),
      say('x4', 'ORDER_CARD_PAID', '{"orderCardId":5,"status":"paid"}'),
    ];
    said.forEach((message) => world.server.accept(message));
    await world.clock.advance(100);
    expect(conversation.view.messages).toMatchObject([
      { id: 'm1', recalled: true, content: { type: 'text', text: '' } },
      {
        id: 'm2',
        edited: true,
        content: { text: 'typo' },
        reactions: [{ emoji: '👍', by: ['agent'], mine: false }],
      },
      {
        id: 'm3',
        content: { type: 'order-card', id: 5, status: 'paid', expiresAt: Date.UTC(2026, 0, 1) + 60_000 },
      },
    ]);
  });
});

describe('receipts', () => {
  const told = (world: Awaited<ReturnType<typeof visitor>>['world']) => {
    const types: [string, string | undefined][] = [];
    const { relay } = world.server;
    world.server.relay = (message) => {
      types.push([message.type, message.content]);
      relay.call(world.server, message);
    };
    return types;
  };

  it('are told once for many, reading only while the page is seen', async () => {
    const { world, conversation } = await visitor();
    const receipts = told(world);
    ['m1', 'm2', 'm3'].forEach((uid) => world.server.accept(fromAgent(uid)));
    await world.clock.advance(2_000);
    expect(receipts).toEqual([['DELIVERED', 'm3']]);
    expect(conversation.view.unread).toBe(3);
    world.page.visible = false;
    conversation.markRead();
    await world.clock.advance(5_000);
    expect(receipts).toHaveLength(1);
    world.page.visible = true;
    world.page.emit('visible');
    expect(conversation.view.unread).toBe(0);
    await world.clock.advance(2_000);
    expect(receipts.slice(1)).toEqual([['READ', 'm3']]);
    conversation.markRead(1);
    await world.clock.advance(2_000);
    expect(receipts).toHaveLength(2);
  });

  it('are told at once when there may be no later, and not again', async () => {
    const { world, conversation } = await visitor();
    const receipts = told(world);
    world.server.accept(fromAgent('m1'));
    await world.clock.advance(2_000);
    conversation.markRead();
    world.page.emit('hide');
    world.page.emit('hide');
    await world.clock.advance(50); // as long as it travels
    expect(receipts).toEqual([
      ['DELIVERED', 'm1'],
      ['READ', 'm1'],
    ]);
    await world.clock.advance(5_000);
    expect(receipts).toHaveLength(2);
  });

  it('are known to the other tabs', async () => {
    const { world, client, conversation } = await visitor();
    const tab = createClient({ ...world.options, outbox: memoryStorage() });
    const other = tab.conversation(TOPIC);
    void other.join();
    await world.clock.advance(100);
    world.server.accept(fromAgent('m1'));
    await world.clock.advance(200);
    expect([conversation.view.unread, other.view.unread]).toEqual([1, 1]);
    conversation.markRead();
    await world.clock.advance(100);
    expect(other.view.unread).toBe(0);
    await Promise.all([client.close(), tab.close()]);
  });
});

describe('signs of writing', () => {
  it('are told every three seconds and shown for six', async () => {
    const { world, conversation } = await visitor();
    const published: string[] = [];
    const { relay } = world.server;
    world.server.relay = (message) => {
      published.push(message.type);
      relay.call(world.server, message);
    };
    for (let key = 0; key < 40; key += 1) {
      conversation.typing();
      await world.clock.advance(100);
    }
    expect(published).toEqual(['TYPING', 'TYPING']);
    world.server.relay({ ...fromAgent('t1', ''), type: 'TYPING' });
    await world.clock.advance(100);
    expect(conversation.view.typing).toMatchObject([{ name: 'Bea' }]);
    await world.clock.advance(6_000);
    expect(conversation.view.typing).toEqual([]);
  });

  it('are none for what was said while they were loaded', async () => {
    const { world, conversation } = await visitor();
    vi.resetModules();
    world.server.relay({ ...fromAgent('t1', ''), type: 'TYPING' });
    world.server.accept(fromAgent('m1'));
    await world.clock.advance(200);
    await import('../src/store/activity.js');
    await world.clock.settle();
    expect(contents(conversation.view)).toEqual(['m1']);
    expect(conversation.view.typing).toEqual([]);
  });

  it('tells a draft when it rests, and that it is gone', async () => {
    const { world, conversation } = await visitor();
    const drafts: unknown[] = [];
    world.server.relay = ({ content }) => void drafts.push(JSON.parse(content ?? '{}'));
    ['h', 'he', 'hel'].forEach((text) => conversation.preview(text));
    await world.clock.advance(1_000);
    conversation.preview('');
    await world.clock.advance(1_000);
    expect(drafts).toMatchObject([
      { content: 'hel', clear: false },
      { content: '', clear: true },
    ]);
  });
});
