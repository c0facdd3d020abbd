// The link of an agent who gets nothing but requests through, on a clock that the test moves.

import { describe, expect, it } from 'vitest';
import { errorOf } from '../src/errors/from-server.js';
import { fakeWorld } from '../src/testing/index.js';
import { openPolling } from '../src/transports/polling.js';
import type { Http, Link, LinkRequest } from '../src/types.js';
import type { WireMessage } from '../src/wire/message.js';

const RENEW = '/api/v1/connection/polling/renew';
const END = '/api/v1/connection/polling/end';

/** A link to a server of which the test says what is in its conversations. */
async function polling(role: 'agent' | 'visitor' = 'agent', leaseS = 75) {
  const world = fakeWorld();
  const logs = new Map<string, WireMessage[]>();
  const hidden = new Set<string>();
  const refused = new Set<string>();
  const renewed: number[] = [];
  const ended: { device: string; keepalive: boolean | undefined; authorization: unknown }[] = [];
  const devices = new Set<string>();
  const messages: string[] = [];
  const closed: string[] = [];
  let up = true;
  const http: Http = {
    get: (path, query = {}) => {
      if (!up) {
        return Promise.reject(errorOf('NETWORK', 'the server is down'));
      }
      const topic = String(query['topic']);
      if (path.endsWith('/thread/query')) {
        const listed = [...logs].filter(([name]) => !hidden.has(name));
        const content = listed.map(([name, log]) => ({ topic: name, lastMessage: { seq: log.length } }));
        return Promise.resolve({ content } as never);
      }
      if (!path.endsWith('/message/thread/topic')) {
        return Promise.resolve(0 as never);
      }
      if (refused.has(topic)) {
        return Promise.reject(errorOf('NOT_YOURS', 'somebody else has it'));
      }
      const content = (logs.get(topic) ?? []).slice(Number(query['after'] ?? 0));
      return Promise.resolve({ content, last: true } as never);
    },
    post: (path, body) => {
      if (!up) {
        return Promise.reject(errorOf('NETWORK', 'the server is down'));
      }
      expect(path).toBe(RENEW);
      devices.add((body as { device: string }).device);
      renewed.push(world.clock.now());
      return Promise.resolve({ leaseS } as never);
    },
    raw: () => Promise.reject(new Error('nobody asks for that')),
  };
  const request: LinkRequest = {
    endpoint: 'http://server',
    token: 'secret',
    role,
    user: 'ann',
    device: 'browser',
    http,
    runtime: {
      ...world.options.runtime,
      fetch: (url, init) => {
        expect(url).toBe(`http://server${END}`);
        const { device } = JSON.parse(init?.body as string) as { device: string };
        const { authorization } = init?.headers as Record<string, string>;
        ended.push({ device, keepalive: init?.keepalive, authorization });
        return Promise.resolve(new Response());
      },
    },
    events: {
      message: ({ uid }) => messages.push(uid),
      told: () => undefined,
      refused: () => undefined,
      heard: () => undefined,
      closed: ({ code }) => closed.push(code),
    },
  };
  const link: Link = await openPolling(request, new AbortController().signal);
  const say = (topic: string, uid: string) => {
    const log = logs.get(topic) ?? [];
    log.push({ uid, type: 'TEXT', thread: { topic }, seq: log.length + 1 });
    logs.set(topic, log);
  };
  return {
    ...{ ...world, link, say, hidden, refused, renewed, ended, devices, messages, closed },
    fail: () => (up = false),
  };
}

describe('an agent who polls', () => {
  it.each([
    [75, 10],
    [15, 6],
  ])('says that it is there often enough for a lease of %i s', async (leaseS, everyS) => {
    const { clock, renewed, devices, link } = await polling('agent', leaseS);
    expect(renewed).toHaveLength(1);
    await clock.advance(60_000);
    const pauses = renewed.slice(1).map((at, index) => at - (renewed[index] ?? 0));
    expect(new Set(pauses)).toEqual(new Set([everyS * 1_000]));
    expect(devices.size).toBe(1);
    link.close();
  });

  it('does so while the page is hidden too', async () => {
    const { clock, page, renewed, link } = await polling();
    page.visible = false;
    await clock.advance(120_000);
    const pauses = renewed.slice(2).map((at, index) => at - (renewed[index + 1] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(15_000);
    link.close();
  });

  it('says that it goes, once, with the token of the link', async () => {
    const { clock, ended, devices, renewed, link } = await polling();
    link.close();
    link.close();
    await clock.advance(60_000);
    expect(ended).toEqual([{ device: [...devices][0], keepalive: true, authorization: 'Bearer secret' }]);
    expect([renewed.length, clock.next]).toEqual([1, null]);
  });

  it('says so when the page is left', async () => {
    const { page, ended, link } = await polling();
    page.emit('leave');
    expect(ended).toHaveLength(1);
    link.close();
  });

  it('is lost when the server cannot be told any more', async () => {
    const { clock, closed, fail } = await polling();
    fail();
    await clock.advance(60_000);
    expect(closed).toEqual(['NETWORK']);
  });
});

it('a visitor who polls says nothing of the kind', async () => {
  const { clock, ended, renewed, link } = await polling('visitor');
  await clock.advance(60_000);
  link.close();
  expect([renewed, ended]).toEqual([[], []]);
});

describe('what is said in all conversations', () => {
  it('comes by asking, from then on and once', async () => {
    const { clock, say, messages, link } = await polling();
    say('old', 'before');
    await link.listen('messages');
    expect(messages).toEqual([]);
    say('old', 'after');
    say('new', 'welcome');
    say('new', 'hello');
    await clock.advance(2_000);
    expect(messages).toEqual(['after', 'hello']); // of a new one the last: its row is asked for
    say('new', 'anybody?');
    await clock.advance(10_000);
    expect(messages).toEqual(['after', 'hello', 'anybody?']);
    link.close();
  });

  it('comes once where a conversation is followed as well', async () => {
    const { clock, say, messages, link } = await polling();
    say('one', 'first');
    await link.listen('messages');
    await link.follow('one', 1);
    say('one', 'second');
    await clock.advance(10_000);
    link.unfollow('one');
    say('one', 'third');
    await clock.advance(10_000);
    expect(messages).toEqual(['second', 'third']);
    link.close();
  });

  it('ends with what was said last in those that leave the list', async () => {
    const { clock, say, hidden, refused, messages, closed, link } = await polling();
    ['closed', 'given away', 'open'].forEach((topic) => say(topic, topic));
    await link.listen('messages');
    say('closed', 'bye');
    hidden.add('closed').add('given away');
    refused.add('given away');
    await clock.advance(30_000);
    say('open', 'still there');
    await clock.advance(2_000);
    expect([messages, closed]).toEqual([['bye', 'still there'], []]);
    link.close();
  });

  it('goes on when one that is followed is somebody else’s now', async () => {
    const { clock, say, refused, messages, closed, link } = await polling();
    say('mine', 'first');
    say('theirs', 'first of theirs');
    await link.follow('theirs', 1);
    await link.follow('mine', 1);
    refused.add('theirs');
    await clock.advance(30_000);
    say('mine', 'second');
    await clock.advance(2_000);
    expect([messages, closed]).toEqual([['second'], []]);
    link.close();
  });
});
