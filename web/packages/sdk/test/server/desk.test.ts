import { describe, expect, it } from 'vitest';
import { createDesk } from '../../src/desk.js';
import { AGENT, binary, ORGANISATION } from './harness.js';
import { first, Scene, until } from './people.js';

const scene = new Scene();

describe.skipIf(binary === undefined)('the desk', () => {
  it('keeps the inbox of an agent', async () => {
    const agent = await scene.agent();
    const desk = createDesk(agent);
    const stop = desk.subscribe(() => undefined);
    await first(
      (listener) => desk.subscribe(listener),
      desk.view,
      ({ loaded }) => loaded,
    );
    await desk.setSeat('AVAILABLE');
    const { conversation } = await scene.visitor();
    await conversation.sendText('anybody there?').done;
    const view = await first(
      (listener) => desk.subscribe(listener),
      desk.view,
      ({ threads }) =>
        threads.some(({ topic, lastText }) => topic === conversation.topic && lastText === 'anybody there?'),
    );
    expect(view.threads.find(({ topic }) => topic === conversation.topic)).toMatchObject({
      status: 'chatting',
      owner: AGENT,
      visitor: { name: 'Ann' },
      lastMine: false,
    });
    await desk.close(conversation.topic, 'bye');
    await until(conversation, ({ status }) => status === 'closed');
    stop();
  });

  it('signs in only with the right password', async () => {
    const client = scene.client();
    await expect(client.login('agent', 'wrong')).rejects.toMatchObject({
      code: 'AUTH_REFUSED',
      status: null,
    });
    await expect(client.connect()).rejects.toMatchObject({ code: 'AUTH_REQUIRED' });
    await expect(client.init({ organisation: 'nobody' })).rejects.toMatchObject({
      code: 'UNKNOWN_ORGANISATION',
    });
    expect((await client.init({ organisation: ORGANISATION })).role).toBe('visitor');
  });
});
