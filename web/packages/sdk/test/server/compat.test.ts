// The wrapper of old against the real server.

import { afterEach, describe, expect, it } from 'vitest';
import { type CompatSocket, socket } from '../../src/compat.js';
import { nodeRuntime } from '../../src/node.js';
import type { Runtime } from '../../src/types.js';
import { binary } from './harness.js';
import { Scene } from './people.js';

const scene = new Scene();
const sockets: CompatSocket[] = [];
afterEach(() => sockets.splice(0).forEach((made) => made.destroy()));

/** A socket of the demo agent, and what it is told, one after the other. */
async function listening(runtime: Partial<Runtime>) {
  const agent = await scene.agent();
  const token = await agent.token();
  const told: unknown[] = [];
  let wake = () => {};
  const made = socket({
    host: scene.server.url,
    url: `/main2/ws?token=${token}`,
    take: '/user/topic/all',
    runtime: { random: () => 0, ...runtime },
    success: (data) => {
      told.push(data);
      wake();
    },
  });
  sockets.push(made);
  const next = async (): Promise<unknown> => {
    while (told.length === 0) {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return told.shift();
  };
  return { made, next };
}

describe.skipIf(binary === undefined).each([
  ['WebSocket', nodeRuntime()],
  ['SockJS', { webSocket: null }],
])('socket over %s', (_, runtime) => {
  it('listens, sends, and comes back after the server was killed', async () => {
    const { made, next } = await listening(runtime);
    const frame = { data: { sysMsgList: [], sysMsgNums: 0 } };
    expect(await next()).toMatchObject(frame);
    await scene.server.kill();
    made.send({ all: true });
    await scene.server.restart();
    expect(await next()).toMatchObject(frame);
    made.send({ all: true });
  });
});
