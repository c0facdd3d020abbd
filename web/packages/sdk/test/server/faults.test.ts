// What must not be lost or doubled, whatever happens on the way.

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStore, nodeRuntime } from '../../src/node.js';
import { memoryStorage } from '../../src/outbox/storage.js';
import { mqttCarrier } from '../../src/mqtt.js';
import type { Carrier, CarrierName } from '../../src/types.js';
import { binary, ORGANISATION } from './harness.js';
import { first, Scene, texts, until } from './people.js';

const scene = new Scene();

const CARRIERS: [string, CarrierName | Carrier][] = [
  ['ws', 'ws'],
  ['sockjs', 'sockjs'],
  ['http', 'http'],
  ['mqtt', mqttCarrier],
];
const numbers = (count: number) => Array.from({ length: count }, (_, number) => String(number));

describe.skipIf(binary === undefined).each(CARRIERS)('over %s', (carrier, transport) => {
  const options = { transports: [transport], messagesKept: 2000 };

  it('loses nothing and doubles nothing when the server is killed in mid-send', async () => {
    const agent = await scene.agent(options);
    const { client, conversation } = await scene.visitor(options);
    const theirs = agent.conversation(conversation.topic);
    await theirs.join();
    const count = 60;
    const sent = numbers(count).map((text) => conversation.sendText(text).done);
    for (const after of [10, 30]) {
      await sent[after];
      await scene.server.kill();
      await scene.server.restart();
    }
    const arrived = await Promise.all(sent);
    expect(new Set(arrived.map(({ seq }) => seq)).size).toBe(count);
    expect(texts(await until(theirs, (view) => texts(view).length >= count))).toEqual(numbers(count));
    expect(texts(conversation.view)).toEqual(numbers(count));
    expect(
      conversation.view.messages.every(({ status }) => status !== 'queued' && status !== 'sending'),
    ).toBe(true);
    expect(client.state.carrier).toBe(carrier);
  });

  it('carries a thousand messages, each once and in their order', async () => {
    const agent = await scene.agent(options);
    const { conversation } = await scene.visitor(options);
    const theirs = agent.conversation(conversation.topic);
    await theirs.join();
    await Promise.all(numbers(1000).map((text) => conversation.sendText(text).done));
    expect(texts(await until(theirs, (view) => texts(view).length >= 1000))).toEqual(numbers(1000));
    expect(texts(conversation.view)).toEqual(numbers(1000));
    const seqs = theirs.view.messages.map(({ seq }) => seq ?? 0);
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
  });

  it('goes on with a new token when the old one has ended', async () => {
    const known = scene.client(options);
    const { id } = await known.init({ organisation: ORGANISATION });
    const good = await known.token();
    const tokens = [await expired(good), good];
    const visitor = scene.client({ ...options, getToken: () => Promise.resolve(tokens.shift() ?? good) });
    await visitor.connect();
    expect(visitor.identity?.id).toBe(id);
    expect(tokens).toHaveLength(0);
  });

  it('comes back as the same visitor, with what it could not send', async () => {
    const store = memoryStore();
    const outbox = memoryStorage();
    const runtime = nodeRuntime(store);
    const { client, conversation } = await scene.visitor({ ...options, outbox, runtime });
    await conversation.sendText('first').done;
    await scene.server.kill();
    conversation.sendText('second');
    conversation.sendText('third');
    await client.close();
    await scene.server.restart();

    const again = scene.client({ ...options, outbox, runtime });
    expect(again.identity).toEqual(client.identity);
    const same = again.conversation(conversation.topic);
    await same.join();
    await until(same, (view) => view.messages.filter(({ mine, seq }) => mine && seq !== null).length === 3);
    expect(texts(same.view)).toEqual(['first', 'second', 'third']);
    expect(await outbox.all()).toEqual([]);
  });

  it('says who has to sign in', async () => {
    const client = scene.client({ ...options, getToken: () => Promise.resolve('no token at all') });
    const failed = first<{ code: string } | null>(
      (listener) => client.on('error', listener),
      null,
      (error) => error !== null,
    );
    await expect(client.connect()).rejects.toMatchObject({ name: 'ChatError' });
    expect(await failed).toMatchObject({ code: expect.stringMatching(/^AUTH_/) as string });
    expect(client.state).toMatchObject({ status: 'disconnected', retryInMs: null });
  });
});

describe.skipIf(binary === undefined)('blocked carriers', () => {
  it('falls to SockJS where WebSockets fail, and to HTTP where that fails too', async () => {
    const webSocket = () => {
      throw new Error('blocked');
    };
    const sockjs = await scene.visitor({ runtime: { webSocket } });
    expect(sockjs.client.state.carrier).toBe('sockjs');
    const fetching: typeof fetch = (input, init) =>
      (input as string).includes('/stomp/') ? Promise.reject(new TypeError('blocked')) : fetch(input, init);
    const http = await scene.visitor({ runtime: { webSocket, fetch: fetching } });
    expect(http.client.state).toMatchObject({ carrier: 'http', status: 'degraded' });
    await http.conversation.sendText('still here').done;
  });
});

/** The same token, but ended: signed with the server's own key. */
async function expired(token: string): Promise<string> {
  const key = await readFile(join(scene.server.data, 'secret.key'));
  const [head = '', claims = ''] = token.split('.');
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number; exp: number };
  const body = Buffer.from(JSON.stringify({ ...told, exp: told.iat - 3600 })).toString('base64url');
  const signature = createHmac('sha256', key).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}
