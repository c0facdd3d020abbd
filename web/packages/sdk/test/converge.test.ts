// Whatever the network does, in the end everybody sees the log: nothing lost, nothing twice, in one order.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient } from '../src/index.js';
import { memoryStorage } from '../src/outbox/storage.js';
import { ConversationLog, type Entry } from '../src/store/log.js';
import { fakeWorld } from '../src/testing/index.js';

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
const pauses = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 25 });

describe('two clients on a bad network', () => {
  it('see the log in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), faults, pauses, async (seed, bad, steps) => {
        const { clock, server, options } = fakeWorld(seeded(seed));
        const people = [0, 1].map((index) => ({
          client: createClient({
            ...options,
            outbox: memoryStorage(),
            getToken: () => Promise.resolve(token(index)),
          }),
        }));
        const views = people.map(({ client }) => client.conversation(TOPIC));
        await Promise.all(people.map(({ client }) => client.token()));
        views.forEach((view) => void view.join().catch(() => undefined));
        await clock.advance(1_000);

        server.faults = bad;
        const said = steps.map((_, number) => `m${number}`);
        for (const [number, pause] of steps.entries()) {
          views[number % 2]?.sendText(`m${number}`);
          await clock.advance(pause);
        }
        server.faults = { lose: 0, double: 0, delay: 0, cut: 0, refuse: 0 };
        await clock.advance(60_000);
        server.cut(); // a link that has lost something for good is replaced sooner or later
        await clock.advance(60_000);

        const log = (server.logs.get(TOPIC) ?? []).map(({ uid }) => uid);
        expect(new Set((server.logs.get(TOPIC) ?? []).map(({ content }) => content))).toEqual(new Set(said));
        expect(log).toHaveLength(said.length);
        for (const { view } of views) {
          expect(view.messages.map(({ id }) => id)).toEqual(log);
          expect(view.messages.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
          expect(view.gap).toBe(false);
        }
        // Each writer's words are in the order in which they were said.
        for (const writer of [0, 1]) {
          const own = (server.logs.get(TOPIC) ?? []).flatMap(({ content, user }) =>
            user?.uid === `u${writer}` ? [Number(content?.slice(1))] : [],
          );
          expect(own).toEqual([...own].sort((one, other) => one - other));
        }
        await Promise.all(people.map(({ client }) => client.close()));
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
