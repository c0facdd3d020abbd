// A robot that answers piece by piece, as the visitor sees it.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binary, ORGANISATION, PASSWORD } from './harness.js';
import { Scene, until } from './people.js';

const scene = new Scene();

/** The robot: `asked` resolves with its answer that is being written. */
let asked: Promise<ServerResponse>;
const robot = createServer();

describe.skipIf(binary === undefined)('a robot', () => {
  let workgroup = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => robot.listen(0, '127.0.0.1', resolve));
    asked = new Promise((resolve) =>
      robot.once('request', (request, response) => {
        request.resume().once('end', () => resolve(response));
      }),
    );
    const admin = scene.client();
    await admin.login('admin', PASSWORD);
    const made = await admin.http.post<{ uid: string }>('/api/v1/workgroup/create', {
      name: 'Robots',
      agentUids: ['df_ag_uid'],
    });
    workgroup = made.uid;
    const url = `http://127.0.0.1:${(robot.address() as AddressInfo).port}/`;
    await admin.http.post('/api/v1/webhook/create', { url, robotOf: workgroup });
  });
  afterAll(async () => {
    robot.closeAllConnections();
    await new Promise((resolve) => robot.close(resolve));
  });

  it('is read while it speaks, and once more when it has spoken', async () => {
    const client = scene.client();
    await client.init({ organisation: ORGANISATION, name: 'Ann' });
    const { conversation, outcome } = await client.start({ workgroup });
    expect(outcome).toBe('robot');
    await conversation.join();
    conversation.sendText('opening hours?');
    const answer = await asked;
    const speaks = (text: string, streaming: boolean) =>
      until(conversation, ({ messages }) =>
        messages.some(
          ({ content }) =>
            content.type === 'robot' && content.text === text && content.streaming === streaming,
        ),
      );
    answer.writeHead(200, { 'content-type': 'application/x-ndjson' });
    answer.write('{"reasonContent":"The visitor asks"}\n{"answer":"We are open "}\n');
    await speaks('We are open ', true);
    answer.write('{"answer":"from 9 to 18."}\n');
    const { messages } = await speaks('We are open from 9 to 18.', true);
    expect(messages.at(-1)).toMatchObject({ seq: null, sender: { role: 'robot' } });
    answer.end();
    const done = await speaks('We are open from 9 to 18.', false);
    expect(done.messages.filter(({ content }) => content.type === 'robot')).toMatchObject([
      { id: messages.at(-1)?.id, content: { reasoning: 'The visitor asks' } },
    ]);
    expect(done.messages.at(-1)?.seq).toBe(done.head);
  });
});
