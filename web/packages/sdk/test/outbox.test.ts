// What becomes of a message on its way, on a clock that the test moves.

import { describe, expect, it } from 'vitest';
import { errorOf, serverError } from '../src/errors/from-server.js';
import { Outbox, type OutboxHost } from '../src/outbox/outbox.js';
import { memoryStorage } from '../src/outbox/storage.js';
import { FakeClock } from '../src/testing/index.js';
import type { StoredMessage } from '../src/types.js';
import type { WireMessage } from '../src/wire/message.js';

const TOPIC = 't';
const DAY = 86_400_000;

/** An outbox whose socket and HTTP note what they are given. */
function outbox(changes: Partial<OutboxHost> = {}) {
  const clock = new FakeClock();
  const storage = memoryStorage();
  const pushed: string[] = [];
  const posted: string[] = [];
  const host = {
    clock,
    storage,
    tab: 'this',
    socketFor: () => (stored: StoredMessage) => Promise.resolve(void pushed.push(stored.id)),
    post: (stored: StoredMessage) => {
      posted.push(stored.id);
      return Promise.resolve(entry(stored.id));
    },
    reachable: () => true,
    suspect: () => undefined,
    queued: () => undefined,
    changed: () => undefined,
    sent: () => undefined,
    ...changes,
  };
  const made = new Outbox(host);
  const add = (id: string, topic = TOPIC) =>
    made.add({ id, topic, writer: 'me', content: { type: 'text', text: id }, extra: {} });
  return { clock, storage, pushed, posted, outbox: made, add };
}

const entry = (uid: string): WireMessage => ({ uid, type: 'TEXT', thread: { topic: TOPIC }, seq: 1 });
const statuses = (made: Outbox) => made.items(TOPIC).map(({ stored, status }) => [stored.id, status]);

describe('the outbox', () => {
  it('sends one after the other, each conversation by itself', async () => {
    const { outbox: made, add, pushed, storage } = outbox();
    ['a', 'b'].forEach((id) => add(id));
    add('c', 'other');
    expect(pushed).toEqual(['a', 'c']);
    expect(statuses(made)).toEqual([
      ['a', 'sending'],
      ['b', 'queued'],
    ]);
    const done = made.outcome('a');
    made.arrived(entry('a'));
    expect(await done).toEqual(entry('a'));
    expect(pushed).toEqual(['a', 'c', 'b']);
    expect((await storage.all()).map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('sends the same message over HTTP when no echo comes within eight seconds', async () => {
    let suspected = 0;
    const { clock, outbox: made, add, pushed, posted } = outbox({ suspect: () => (suspected += 1) });
    add('a');
    await clock.advance(7_999);
    expect(posted).toEqual([]);
    await clock.advance(1);
    expect([pushed, posted, suspected]).toEqual([['a'], ['a'], 1]);
    expect(made.items(TOPIC)).toEqual([]);
  });

  it('waits without a network, and goes out again under the same id', () => {
    let reachable = false;
    const { outbox: made, add, pushed } = outbox({ reachable: () => reachable });
    add('a');
    expect(pushed).toEqual([]);
    reachable = true;
    made.flush();
    made.interrupted();
    expect(statuses(made)).toEqual([['a', 'queued']]);
    made.flush();
    expect(pushed).toEqual(['a', 'a']);
  });

  it('fails what is refused, and goes on with the next', async () => {
    const { outbox: made, add, pushed, storage } = outbox();
    add('a');
    add('b');
    const done = made.outcome('a');
    made.refused('a', serverError('that is not for you to do', { code: 'not_allowed' }));
    await expect(done).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(statuses(made)).toEqual([
      ['a', 'failed'],
      ['b', 'sending'],
    ]);
    expect((await storage.all()).map(({ id }) => id)).toEqual(['b']);
    made.arrived(entry('b'));
    made.retry('a');
    expect(pushed).toEqual(['a', 'b', 'a']);
    expect((await storage.all()).map(({ id }) => id)).toEqual(['a']);
  });

  it('tries five times when the server fails, with pauses', async () => {
    const tried: number[] = [];
    const {
      clock,
      outbox: made,
      add,
    } = outbox({
      socketFor: () => null,
      post: () => {
        tried.push(clock.now());
        return Promise.reject(serverError('the server is too busy', { status: 503 }));
      },
    });
    const start = clock.now();
    add('a');
    await clock.advance(60_000);
    expect(tried.map((at) => at - start)).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
    expect(made.items(TOPIC)[0]).toMatchObject({ status: 'failed', error: { code: 'EXHAUSTED' } });
  });

  it('waits as long as the server asks for, and never gives up on the network', async () => {
    const answers = [
      errorOf('TOO_MANY', 'slowly', { status: 429, retryAfterMs: 5_000 }),
      ...Array.from({ length: 20 }, () => errorOf('NETWORK', 'gone')),
    ];
    const {
      clock,
      outbox: made,
      add,
    } = outbox({
      socketFor: () => null,
      post: ({ id }) => {
        const error = answers.shift();
        return error ? Promise.reject(error) : Promise.resolve(entry(id));
      },
    });
    add('a');
    await clock.advance(4_999);
    expect(answers).toHaveLength(20);
    await clock.advance(600_000);
    expect([answers.length, made.items(TOPIC).length]).toEqual([0, 0]);
  });

  it('takes back only what is not on its way', async () => {
    const { outbox: made, add } = outbox();
    add('a');
    add('b');
    const done = made.outcome('b');
    expect([made.cancel('a'), made.cancel('b'), made.cancel('unknown')]).toEqual([false, true, false]);
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('takes over what an earlier page has left, and asks about what is old', async () => {
    const { clock, storage, outbox: made, pushed } = outbox();
    const left = (id: string, age: number, order: number, writer = 'me', tab = 'gone'): StoredMessage => ({
      id,
      topic: TOPIC,
      writer,
      queuedAt: clock.now() - age,
      order,
      content: { type: 'text', text: id },
      extra: {},
      tab,
    });
    await storage.put(left('newer', 1_000, 3));
    await storage.put(left('older', 2_000, 2));
    await storage.put(left('yesterday', 2 * DAY, 1));
    await storage.put(left('foreign', 1_000, 1, 'somebody else'));
    await storage.put(left('of a page that lives', 1_000, 4, 'me', 'other'));
    expect(await made.tabs()).toEqual(new Set(['gone', 'other']));
    await made.adopt('me', new Set(['gone']));
    expect(pushed).toEqual([]);
    made.flush();
    expect(statuses(made)).toEqual([
      ['yesterday', 'asking'],
      ['older', 'sending'],
      ['newer', 'queued'],
    ]);
    expect(pushed).toEqual(['older']);
    made.retry('yesterday');
    made.arrived(entry('older'));
    expect(pushed).toEqual(['older', 'yesterday']);
  });

  it('forgets what is its own', async () => {
    const { storage, outbox: made, add } = outbox();
    add('a');
    await storage.put({
      ...(await storage.all())[0],
      id: 'foreign',
      writer: 'somebody else',
    } as StoredMessage);
    await made.forget('me');
    expect((await storage.all()).map(({ id }) => id)).toEqual(['foreign']);
    expect(made.items(TOPIC)).toEqual([]);
  });

  it('lives without storage', () => {
    const broken = () => Promise.reject(new Error('the disk is full'));
    const { add, pushed } = outbox({ storage: { put: broken, remove: broken, all: broken } });
    add('a');
    expect(pushed).toEqual(['a']);
  });
});
