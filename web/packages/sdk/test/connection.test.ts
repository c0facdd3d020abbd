// How the connection comes back, on a clock that the test moves.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectDelay, suspendedDelay } from '../src/core/backoff.js';
import { fakeWorld } from '../src/testing/index.js';
import { createClient } from '../src/index.js';
import { errorOf } from '../src/errors/from-server.js';
import type { Carrier, Link } from '../src/types.js';
import { fromAgent, visitor } from './world.js';

describe('back-off', () => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('stays within its bounds, and uses all of them', () => {
    fc.assert(
      fc.property(fc.nat(200), share, fc.nat(60_000), (attempt, random, retryAfter) => {
        const delay = reconnectDelay(attempt, () => random, retryAfter);
        return delay >= 200 + retryAfter && delay <= Math.min(20_000, 500 * 2 ** attempt) + retryAfter;
      }),
      { seed: 6 },
    );
    expect([0, 3, 60].map((attempt) => reconnectDelay(attempt, () => 0))).toEqual([200, 200, 200]);
    expect([0, 3, 60].map((attempt) => reconnectDelay(attempt, () => 1))).toEqual([500, 4_000, 20_000]);
    expect([suspendedDelay(() => 0), suspendedDelay(() => 1)]).toEqual([15_000, 30_000]);
  });
});

describe('a connection', () => {
  it('comes back by itself, and seldom after two minutes', async () => {
    const { world, client, states } = await visitor();
    world.server.up = false;
    world.server.cut();
    expect(client.state).toMatchObject({
      status: 'disconnected',
      reason: 'NETWORK',
      attempt: 1,
      retryInMs: 350,
    });
    await world.clock.advance(150_000);
    expect(client.state).toMatchObject({ status: 'suspended', retryInMs: 22_500 });
    world.server.up = true;
    await world.clock.advance(25_000);
    expect(client.state).toMatchObject({ status: 'connected', reason: null });
    await world.clock.advance(10_000);
    expect(client.state.attempt).toBe(0);
    expect(states.filter(({ status }) => status === 'suspended').length).toBeGreaterThan(0);
  });

  it('does not come back at once when it was sent away', async () => {
    const { world, client } = await visitor();
    world.server.cut(errorOf('DISMISSED', 'whoever runs the server has ended the session'));
    expect(client.state).toMatchObject({ status: 'suspended', reason: 'DISMISSED', retryInMs: 22_500 });
    await world.clock.advance(25_000);
    expect(client.state).toMatchObject({ status: 'connected', reason: null });
  });

  it.each(['online', 'visible'] as const)('tries at once when the page is %s', async (event) => {
    const { world, client } = await visitor();
    world.server.up = false;
    world.server.cut();
    await world.clock.advance(60_000);
    world.server.up = true;
    const { opened } = world.server;
    world.page.emit(event);
    await world.clock.settle();
    expect([client.state.status, world.server.opened - opened]).toEqual(['connected', 1]);
  });

  it('makes a new link when the page was frozen, without waiting', async () => {
    const { world, client } = await visitor();
    const { opened } = world.server;
    world.page.emit('resume');
    await world.clock.settle();
    expect([client.state.status, world.server.opened - opened]).toEqual(['connected', 1]);
  });

  it('notices a link that is only half open', async () => {
    const { world, client, states } = await visitor();
    await world.clock.advance(120_000);
    expect(world.server.opened).toBe(1); // a quiet link is asked, and answers
    world.server.silent = true;
    world.server.up = false;
    await world.clock.advance(25_000 + 8_000);
    expect(states.filter(({ status }) => status === 'disconnected')[0]).toMatchObject({ reason: 'TIMEOUT' });
    world.server.silent = false;
    world.server.up = true;
    await world.clock.advance(20_000);
    expect([client.state.status, world.server.opened]).toEqual(['connected', 2]);
  });

  it('is not asked while it is heard', async () => {
    const { world } = await visitor();
    for (let second = 0; second < 100; second += 1) {
      world.server.accept(fromAgent(`m${second}`));
      await world.clock.advance(1_000);
    }
    expect(world.server.opened).toBe(1);
  });

  it('ends for ever when it is closed', async () => {
    const { world, client } = await visitor();
    await client.close();
    world.page.emit('online');
    await world.clock.advance(600_000);
    expect([client.state.status, world.server.opened, world.clock.next]).toEqual(['closed', 1, null]);
  });
});

describe('carriers', () => {
  const never: Carrier = { name: 'never', open: () => new Promise<Link>(() => undefined) };
  const refusing = (code: Parameters<typeof errorOf>[0]): Carrier => ({
    name: 'refusing',
    open: () => Promise.reject(errorOf(code, 'no')),
  });

  it.each([
    ['slow', never, 4_000],
    ['broken', refusing('NETWORK'), 0],
  ])('take the next one when one is %s', async (_, carrier, after) => {
    const world = fakeWorld();
    const client = createClient({ ...world.options, transports: [carrier, world.server.carrier] });
    void client.init({ organisation: 'org' });
    await world.clock.advance(after);
    expect(client.state).toMatchObject({ status: 'connected', carrier: 'fake' });
    await client.close();
  });

  it('do not ask others when the server has said no', async () => {
    const world = fakeWorld();
    const client = createClient({
      ...world.options,
      transports: [refusing('FORBIDDEN'), world.server.carrier],
    });
    void client.init({ organisation: 'org' });
    await world.clock.advance(100);
    expect(world.server.opened).toBe(0);
    expect(client.state).toMatchObject({ status: 'disconnected', reason: 'FORBIDDEN' });
    await client.close();
  });

  it('go back to the better one after a while', async () => {
    const world = fakeWorld();
    let works = false;
    const better: Carrier = {
      name: 'better',
      open: (...args) =>
        works ? world.server.carrier.open(...args) : Promise.reject(errorOf('NETWORK', 'blocked')),
    };
    const client = createClient({ ...world.options, transports: [better, world.server.carrier] });
    void client.init({ organisation: 'org' });
    await world.clock.advance(1_000);
    expect(client.state.carrier).toBe('fake');
    works = true;
    await world.clock.advance(1_800_000);
    expect(client.state).toMatchObject({ status: 'connected', carrier: 'better' });
    await client.close();
  });
});

describe('a visitor', () => {
  it('that does not hear the answer is introduced as the same', async () => {
    const world = fakeWorld();
    const keys: (string | null)[] = [];
    const runtime = {
      ...world.options.runtime,
      fetch: (async (url, init) => {
        const answer = await world.server.fetch(url, init);
        keys.push(new Headers(init?.headers).get('idempotency-key'));
        return keys.length === 1 ? Promise.reject(new TypeError('cut')) : answer;
      }) as typeof fetch,
    };
    const client = createClient({ ...world.options, runtime });
    await expect(client.init({ organisation: 'org' })).rejects.toMatchObject({ code: 'NETWORK' });
    await client.init({ organisation: 'org' });
    await client.init({ organisation: 'org', name: 'Ann' });
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]); // another request
    await client.close();
  });
});
