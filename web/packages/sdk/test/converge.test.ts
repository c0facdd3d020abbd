// Whatever the network does, in the end everybody sees the log: nothing lost, nothing twice, in one order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient } from '../src/index.js';
import { memoryStorage } from '../src/outbox/storage.js';
import { ConversationLog, type Entry } from '../src/store/log.js';
import { fakeTabs, fakeWorld } from '../src/testing/index.js';
import type { Conversation } from '../src/types.js';

const TOPIC = 'org/agent/a/v';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const share = (max: number) => fc.double({ min: 0, max, noNaN: true });
const faults = fc.record({
  lose: share(0.3),
  double: share(0.3),
  delay: share(0.4),
  cut: share(0.15),
  refuse: share(0.3),
});

/** Watches what a page is shown: at no moment twice the same, a hole, or something it had already taken away. */
function watch(conversation: Conversation): void {
  let last = 0;
  conversation.subscribe(({ messages }) => {
    const ids = messages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const seqs = messages.flatMap(({ seq }) => seq ?? []);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    expect(messages.findLastIndex(({ seq }) => seq !== null)).toBe(seqs.length - 1);
    expect(seqs.at(-1) ?? 0).toBeGreaterThanOrEqual(last);
    last = seqs.at(-1) ?? 0;
  });
}

/** What may happen between two messages beside the faults of the network. */
const event = fc.constantFrom(
  ...Array.from({ length: 8 }, () => 'nothing' as const),
  'reload' as const,
  'silence' as const,
  'down' as const,
);
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000 }), event), { minLength: 1, maxLength: 25 });

describe('two clients on a bad network', () => {
  it('see the log in the end, and nothing false before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), faults, steps, async (seed, bad, said) => {
        const { clock, server, options } = fakeWorld(seeded(seed));
        const failures: unknown[] = [];
        const onFailure = (error: unknown) => void failures.push(error);
        process.on('unhandledRejection', onFailure);
        const outboxes = [memoryStorage(), memoryStorage()];
        /** A page of somebody; the one before it is closed, and what it could not send is in storage. */
        const open = async (index: number) => {
          const client = createClient({
            ...options,
            runtime: { ...options.runtime, otherTabs: tabs[index] ?? null },
            ...(outboxes[index] && { outbox: outboxes[index] }),
            getToken: () => Promise.resolve(token(index)),
          });
          const conversation = client.conversation(TOPIC);
          watch(conversation);
          void client.token().catch(() => undefined);
          void conversation.join().catch(() => undefined);
          await clock.settle();
          return { client, conversation };
        };
        const tabs = [fakeTabs(), fakeTabs()];
        const people = [await open(0), await open(1)];
        await clock.advance(1_000);

        server.faults = bad;
        for (const [number, [pause, what]] of said.entries()) {
          const index = number % 2;
          people[index]?.conversation.sendText(`m${number}`);
          if (what === 'reload') {
            await people[index]?.client.close();
            people[index] = await open(index);
          }
          server.silent = what === 'silence';
          server.up = what !== 'down';
          await clock.advance(pause);
        }
        server.silent = false;
        server.up = true;
        server.faults = { lose: 0, double: 0, delay: 0, cut: 0, refuse: 0 };
        await clock.advance(60_000);
        // What was lost last shows with what comes behind it, and is fetched: no link is broken for that.
        people.forEach(({ conversation }, index) => conversation.sendText(`m${said.length + index}`));
        const { opened } = server;
        await clock.advance(10_000);
        expect(server.opened).toBe(opened);

        const log = server.logs.get(TOPIC) ?? [];
        const all = Array.from({ length: said.length + 2 }, (_, number) => `m${number}`);
        expect(log.map(({ content }) => content).sort()).toEqual(all.sort());
        for (const { conversation } of people) {
          expect(conversation.view.messages.map(({ id }) => id)).toEqual(log.map(({ uid }) => uid));
          expect(conversation.view.gap).toBe(false);
        }
        expect(await Promise.all(outboxes.map((outbox) => outbox.all()))).toEqual([[], []]);
        // Each writer's words are in the order in which they were said.
        for (const writer of [0, 1]) {
          const own = log.flatMap(({ content, user }) =>
            user?.uid === `u${writer}` ? [Number(content?.slice(1))] : [],
          );
          expect(own).toEqual([...own].sort((one, other) => one - other));
        }
        await Promise.all(people.map(({ client }) => client.close()));
        await new Promise((resolve) => setImmediate(resolve));
        process.off('unhandledRejection', onFailure);
        expect(failures).toEqual([]); // what `watch` has seen
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('the log', () => {
  const entry = (seq: number): Entry => ({ uid: `u${seq}`, type: 'TEXT', thread: { topic: TOPIC }, seq });
  const arrivals = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 120 });

  it('never shows a hole or a double, in whatever order entries come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), arrivals, (start, seqs) => {
        const log = new ConversationLog();
        log.begin(Array.from({ length: start }, (_, index) => entry(index + 1)));
        const known = new Set(Array.from({ length: start }, (_, index) => index + 1));
        for (const seq of seqs) {
          const received = log.receive(entry(seq));
          expect(received === 'duplicate').toBe(known.has(seq));
          known.add(seq);
          const shown = log.entries().map((shownEntry) => shownEntry.seq);
          expect(shown).toEqual(Array.from({ length: log.last }, (_, index) => index + 1));
          expect(known.has(log.last + 1)).toBe(false);
          expect(log.hasGap).toBe(Math.max(0, ...known) > log.last);
        }
      }),
      { seed: 6 },
    );
  });

  it('notices another log', () => {
    const log = new ConversationLog();
    log.begin([entry(1), entry(2)]);
    expect(log.receive({ ...entry(2), uid: 'other' })).toBe('conflict');
    expect(log.receive(entry(2))).toBe('duplicate');
  });

  it('forgets the far side, and takes it back page by page', () => {
    const log = new ConversationLog();
    log.begin(Array.from({ length: 10 }, (_, index) => entry(index + 1)));
    log.trim(4);
    expect([log.first, log.last]).toEqual([7, 10]);
    expect(log.receive(entry(3))).toBe('duplicate');
    log.prepend([entry(6), entry(5), entry(3)]);
    expect(log.entries().map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10]);
  });
});

function token(index: number): string {
  const claims = { sub: `u${index}`, org: 'org', role: 'VISITOR', name: `N${index}` };
  return `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
}
