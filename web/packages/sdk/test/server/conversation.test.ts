import { describe, expect, it } from 'vitest';
import { mqttCarrier } from '../../src/mqtt.js';
import { sockJsClientCarrier } from '../../src/sockjs-client.js';
import { binary } from './harness.js';
import { Scene, texts, until } from './people.js';

const scene = new Scene();

const CARRIERS = {
  ws: 'ws',
  sockjs: 'sockjs',
  http: 'http',
  mqtt: mqttCarrier,
  'sockjs-client': sockJsClientCarrier,
} as const;

describe.skipIf(binary === undefined).each(Object.entries(CARRIERS))('over %s', (carrier, transport) => {
  const options = { transports: [transport] };

  it('carries a conversation both ways', async () => {
    const agent = await scene.agent(options);
    const { client, conversation } = await scene.visitor(options);
    expect(client.state).toMatchObject({ status: carrier === 'http' ? 'degraded' : 'connected', carrier });
    const sent = await conversation.sendText('hello').done;
    const theirs = agent.conversation(conversation.topic);
    await theirs.join();
    const seen = await until(theirs, (view) => texts(view).includes('hello'));
    expect(seen).toMatchObject({ visitor: { name: 'Ann' }, head: sent.seq });
    expect(seen.unread).toBeGreaterThan(0);
    theirs.markRead();
    expect(theirs.view.unread).toBe(0);
    await theirs.sendText('hi').done;
    await until(conversation, (view) => texts(view).includes('hi'));
    if (carrier !== 'http') {
      // What is only passed on does not come by asking.
      await until(
        conversation,
        ({ messages }) => messages.find(({ id }) => id === sent.id)?.status === 'read',
      );
    }
  });

  it('shows who is writing', async () => {
    if (carrier === 'http') {
      return;
    }
    const agent = await scene.agent(options);
    const { conversation } = await scene.visitor(options);
    const theirs = agent.conversation(conversation.topic);
    await theirs.join();
    // Key by key, as people do: what is typed while there is no connection is not told later.
    const keys = setInterval(() => conversation.typing(), 100);
    await until(theirs, ({ typing }) => typing.some(({ name }) => name === 'Ann')).finally(() =>
      clearInterval(keys),
    );
    conversation.sendText('done');
    await until(theirs, ({ typing }) => typing.length === 0);
  });

  it('recalls, and refuses what is refused', async () => {
    const { conversation } = await scene.visitor(options);
    const { id } = await conversation.sendText('oops').done;
    await conversation.recall(id);
    await until(conversation, ({ messages }) =>
      messages.some((message) => message.id === id && message.recalled),
    );
    await expect(conversation.recall('no-such-message')).rejects.toMatchObject({ name: 'ChatError' });
    const refused = conversation.send({ type: 'custom', wireType: 'QUEUE', content: 'mine' });
    await expect(refused.done).rejects.toMatchObject({ code: 'SERVERS_OWN' });
    expect(refused.message.status).toBe('failed');
    expect((await conversation.sendText('after it').done).seq).toBeGreaterThan(0);
    expect(refused.cancel()).toBe(true);
    await until(conversation, ({ messages }) => messages.every(({ status }) => status !== 'failed'));
  });

  it('reads history backwards', async () => {
    const { client, conversation } = await scene.visitor(options);
    for (let number = 0; number < 60; number += 1) {
      await conversation.sendText(String(number)).done;
    }
    const { head } = conversation.view;
    const { topic } = conversation;
    const again = scene.client({ ...options, getToken: () => client.token() });
    await again.token();
    const later = again.conversation(topic);
    await later.join();
    expect(later.view.messages).toHaveLength(50);
    expect(later.view.atStart).toBe(false);
    await later.loadBefore();
    expect(later.view).toMatchObject({ atStart: true, head });
    expect(texts(later.view)).toEqual(Array.from({ length: 60 }, (_, number) => String(number)));
  });

  it('sends files', async () => {
    const { conversation } = await scene.visitor(options);
    const sending = conversation.upload(new Blob(['a,b\n1,2\n'], { type: 'text/csv' }), {
      name: 'table.csv',
    });
    expect(sending.message).toMatchObject({
      status: 'sending',
      content: { type: 'file', name: 'table.csv' },
    });
    await sending.done;
    const view = await until(conversation, ({ messages }) =>
      messages.some(({ id, seq }) => id === sending.id && seq),
    );
    const file = view.messages.find(({ id }) => id === sending.id)?.content;
    expect(file).toMatchObject({ type: 'file', name: 'table.csv', size: 8 });
  });
});
