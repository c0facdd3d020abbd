// The wrapper of old by itself, on a clock that the test moves.

import { describe, expect, it } from 'vitest';
import { socket, type SocketOptions } from '../src/compat.js';
import type { ChatError } from '../src/errors/chat-error.js';
import { readFrame, writeFrame } from '../src/transports/frame.js';
import { FakeClock, FakePage } from '../src/testing/index.js';

/** A server of the wrapper: sockets that open when it is up, and what was sent over them. */
function world(options: Partial<SocketOptions> = {}) {
  const clock = new FakeClock();
  const server = {
    up: true,
    opened: 0,
    urls: [] as string[],
    sent: [] as string[],
    last: null as Fake | null,
  };
  class Fake {
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: ((event: { code: number }) => void) | null = null;
    constructor(url: string) {
      server.urls.push(url);
      clock.after(10, () => (server.up ? this.onopen?.() : this.onclose?.({ code: 1006 })));
      server.last = this;
    }
    send(text: string): void {
      const { command, headers, body } = readFrame(text) ?? { command: '', headers: {}, body: '' };
      if (command === 'CONNECT') {
        server.opened += 1;
        this.tell('CONNECTED', {});
      } else if (headers['receipt'] !== undefined) {
        if (command === 'SEND' && headers['destination'] === '/user/topic/all') {
          server.sent.push(body);
        }
        this.tell('RECEIPT', { 'receipt-id': headers['receipt'] });
      }
    }
    tell(command: string, headers: Record<string, string>, body = ''): void {
      clock.after(10, () => this.onmessage?.({ data: writeFrame({ command, headers, body }) }));
    }
    close(): void {
      this.onclose = null;
    }
  }
  const heard: unknown[] = [];
  const errors: ChatError[] = [];
  const made = socket({
    host: 'https://shop.example',
    url: '/main2/ws',
    take: '/user/topic/all',
    success: (data) => heard.push(data),
    error: (error) => errors.push(error),
    ...options,
    runtime: {
      clock,
      page: new FakePage(),
      random: () => 0.5,
      webSocket: (url) => new Fake(url) as unknown as WebSocket,
      fetch: () => Promise.reject(new TypeError('no network')),
    },
  });
  const fail = () => {
    server.up = false;
    server.last?.onclose?.({ code: 1006 });
  };
  return { clock, server, made, heard, errors, fail };
}

describe('socket', () => {
  it('reads what is JSON, and passes on what is not', async () => {
    const { clock, server, heard } = world();
    await clock.advance(100);
    ['{"data":1}', 'words'].forEach((body) => server.last?.tell('MESSAGE', { subscription: 'take' }, body));
    await clock.advance(100);
    expect(heard).toEqual([{ data: 1 }, 'words']);
    expect(server.urls).toEqual(['wss://shop.example/main2/ws/websocket']);
  });

  it('comes back for ever, with everything that was sent meanwhile in its order', async () => {
    const { clock, server, made, errors, fail } = world();
    await clock.advance(100);
    fail();
    for (let number = 0; number < 5; number += 1) {
      made.send({ number });
    }
    await clock.advance(3_600_000);
    expect(errors.map(({ code }) => code)).toEqual(['NETWORK']); // once for an outage
    server.up = true;
    await clock.advance(60_000);
    expect(server.sent).toEqual([0, 1, 2, 3, 4].map((number) => JSON.stringify({ number })));
    fail();
    await clock.advance(19_000);
    expect(errors).toHaveLength(1);
    await clock.advance(2_000);
    expect(errors).toHaveLength(2);
  });

  it('takes the listener under its other name too', async () => {
    const heard: unknown[] = [];
    const { clock, server } = world({ callback: (data) => heard.push(data) });
    await clock.advance(100);
    server.last?.tell('MESSAGE', { subscription: 'take' }, '1');
    await clock.advance(100);
    expect(heard).toEqual([1]);
  });

  it('says nothing and does nothing once it is destroyed', async () => {
    const { clock, server, made, heard, errors } = world();
    await clock.advance(100);
    made.destroy();
    made.send('late');
    server.last?.tell('MESSAGE', { subscription: 'take' }, '1');
    await clock.advance(600_000);
    expect([heard, errors, server.sent, server.opened, clock.next]).toEqual([[], [], [], 1, null]);
  });

  it('keeps a thousand messages at most, and says which it does not', async () => {
    const { clock, server, made, errors, fail } = world();
    await clock.advance(100);
    fail();
    for (let number = 0; number <= 1_000; number += 1) {
      made.send(String(number));
    }
    expect(errors.map(({ code }) => code)).toEqual(['EXHAUSTED']);
    server.up = true;
    await clock.advance(120_000);
    expect([server.sent.length, server.sent[0]]).toEqual([1_000, '1']);
  });
});
