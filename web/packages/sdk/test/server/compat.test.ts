// The wrapper of old against the real server: notices come, what is read is read, and an outage loses nothing.

import { afterEach, describe, expect, it } from 'vitest';
import { type CompatSocket, socket, type SocketOptions } from '../../src/compat.js';
import { nodeRuntime } from '../../src/node.js';
import type { ChatError } from '../../src/errors/chat-error.js';
import { AGENT, binary, SERVICE } from './harness.js';
import { Scene } from './people.js';

const scene = new Scene();
const sockets: CompatSocket[] = [];
afterEach(() => sockets.splice(0).forEach((made) => made.destroy()));

interface NoticeFrame {
  readonly data: {
    readonly sysMsgList: readonly { readonly id: string; readonly title: string }[] | null;
    readonly sysMsgNums: number | null;
  };
}

/** Waits for values, one after the other. */
class Heard<T> {
  readonly #values: T[] = [];
  #wake = () => {};

  readonly put = (value: T) => {
    this.#values.push(value);
    this.#wake();
  };

  /** The next that is as wanted; those before it are skipped. */
  async next(wanted: (value: T) => boolean): Promise<T> {
    for (;;) {
      const value = this.#values.shift();
      if (value === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if (wanted(value)) {
        return value;
      }
    }
  }
}

/** A socket of the demo agent, as a page makes it, and what it is told. */
async function listening(options: Partial<SocketOptions>) {
  const token = await (await scene.agent()).token();
  const frames = new Heard<NoticeFrame>();
  const errors = new Heard<ChatError>();
  const made = socket({
    host: scene.server.url,
    url: `/main2/ws?token=${token}`,
    take: '/user/topic/all',
    success: (frame) => frames.put(frame as NoticeFrame),
    error: errors.put,
    ...options,
    runtime: { random: () => 0, ...options.runtime },
  });
  sockets.push(made);
  const unread = (count: number) => frames.next(({ data }) => data.sysMsgNums === count);
  return { made, unread, errors };
}

async function post(title: string): Promise<void> {
  const response = await fetch(`${scene.server.url}/api/v1/notices`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(SERVICE).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ user: AGENT, title }),
  });
  expect(await response.json()).toMatchObject({ code: 200 });
}

describe.skipIf(binary === undefined).each([
  ['WebSocket', nodeRuntime()],
  ['SockJS', { webSocket: null }],
])('socket over %s', (_, runtime) => {
  it('hears notices, says what is read, and loses neither while the server is killed', async () => {
    const { made, unread } = await listening({ runtime });
    await unread(0);
    await post('to do');
    const [first] = (await unread(1)).data.sysMsgList ?? [];
    expect(first?.title).toBe('to do');
    await post('and this');
    const [second] = (await unread(2)).data.sysMsgList ?? [];
    // More than one while there is nobody: the old one kept the last alone.
    await scene.server.kill();
    made.send({ id: first?.id });
    made.send(JSON.stringify({ id: second?.id }));
    await scene.server.restart();
    await unread(0);
    await post('after it');
    await unread(1);
    made.send({ all: true });
    await unread(0);
  });

  it('tells once of an outage, and goes on', async () => {
    const { unread, errors } = await listening({ runtime, interval: 0.1 });
    await unread(0);
    await scene.server.kill();
    expect(await errors.next(() => true)).toMatchObject({ code: 'NETWORK' });
    await scene.server.restart();
    await unread(0);
  });
});

it.skipIf(binary === undefined)('a wrong token is told, and a destination that is not ours', async () => {
  const runtime = nodeRuntime();
  const stranger = await listening({ url: '/main2/ws?token=wrong', runtime });
  expect(await stranger.errors.next(() => true)).toMatchObject({ name: 'ChatError' });
  const curious = await listening({ take: '/topic/org/agent/somebody/else', runtime });
  expect(await curious.errors.next(() => true)).toMatchObject({ code: 'NO_RIGHT' });
});
