// The stock client `sockjs-client` 1.6 works unchanged over each transport that it has in Node; those that need a browser
// are driven by hand here, and by a browser in `sockjs-browser.test.js`.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dotted } from 'deskwire-examples/protocol.js';
import SockJS from 'sockjs-client';
import { newConversation, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { RawStomp } from './raw-stomp.js';
import { SockJsHttp } from './sockjs-peer.js';
import { agentOnline, FOR_ONE_AGENT, testStockClient } from './stock-client-tests.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile({ env: FOR_ONE_AGENT });
let agent;

before(async () => {
  agent = await agentOnline(server);
});
after(() => agent.disconnect());

const url = (visitor) => `${server.url}/ws/chat?token=${visitor.accessToken}`;

for (const transport of ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling']) {
  testStockClient({
    client: `sockjs-client over ${transport}`,
    world: () => ({ server, agent }),
    connect: (visitor, options) =>
      StompPeer.connect(server, {
        ...options,
        client: { webSocketFactory: () => new SockJS(url(visitor), null, { transports: [transport] }) },
      }),
  });
}

test('left to itself it takes WebSocket, at once', async (t) => {
  const visitor = await newConversation(server);
  const socket = new SockJS(url(visitor));
  t.after(() => socket.close());
  await soon(
    'open',
    new Promise((resolve) => {
      socket.onopen = resolve;
    }),
  );
  assert.equal(socket.transport, 'websocket');
});

for (const transport of ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling']) {
  test(`close(), over ${transport}, ends the session cleanly`, async () => {
    const visitor = await newConversation(server);
    const socket = new SockJS(url(visitor), null, { transports: [transport] });
    await soon(
      'open',
      new Promise((resolve) => {
        socket.onopen = resolve;
      }),
    );
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    socket.close(1000, 'bye');
    const { wasClean, code } = await soon('close', closed);
    assert.deepEqual([wasClean, code], [true, 1000]);
  });
}

test('the server’s close frame reaches onclose with its code', async () => {
  const visitor = await newConversation(server);
  for (const transport of ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling']) {
    const socket = new SockJS(url(visitor), null, { transports: [transport] });
    const said = [];
    const closed = new Promise((resolve) => {
      socket.onclose = resolve;
    });
    socket.onopen = () => socket.send('SHOUT\n\n\0');
    socket.onmessage = ({ data }) => said.push(data);
    const { code } = await soon(`close over ${transport}`, closed);
    assert.equal(code, 1002, transport);
    assert.match(said.join(''), /^ERROR\n/, transport);
  }
});

/** How the iframe transports of a browser receive, and what they send with. */
const BY_HAND = {
  htmlfile: 'xhr_send',
  jsonp: 'jsonp_send',
  eventsource: 'xhr_send',
  xhr_streaming: 'xhr_send',
  xhr: 'xhr_send',
};

for (const [transport, sending] of Object.entries(BY_HAND)) {
  test(`by hand: ${transport} with ${sending} carries a conversation`, async (t) => {
    const visitor = await newConversation(server);
    const query = `?token=${visitor.accessToken}&t=${Date.now()}`;
    const raw = new RawStomp(await new SockJsHttp(server, { base: '/ws/chat', query }).run(transport));
    t.after(() => raw.destroy());
    await raw.connect({ 'accept-version': '1.1,1.0', 'heart-beat': '0,0' });
    await raw.subscribe('s', `/topic/${dotted(visitor.topic)}`);
    for (const content of ['ü 你好 👋 100% &=+', 'y'.repeat(20_000)]) {
      const question = textFrom(visitor, visitor.thread, content);
      await raw.confirmed('SEND', { destination: `/app/${dotted(visitor.topic)}` }, JSON.stringify(question));
      assert.equal((await agent.message(question.uid)).content, content);
      const answer = textFrom(agent, visitor.thread, content);
      await agent.send(answer);
      const body = await until('the answer', () => raw.bodiesOf('s').find((text) => text.includes(answer.uid)));
      assert.equal(JSON.parse(body).content, content);
    }
  });
}

test('a streaming response that has reached its limit ends, and the next one goes on', async (t) => {
  const visitor = await newConversation(server);
  const session = new SockJsHttp(server, { base: '/ws/chat', query: `?token=${visitor.accessToken}` });
  const raw = new RawStomp(await session.run('xhr_streaming'));
  t.after(() => raw.destroy());
  await raw.connect({ 'accept-version': '1.2' });
  await raw.subscribe('s', `/topic/${dotted(visitor.topic)}`);
  const responses = new Set();
  const texts = Array.from({ length: 10 }, (_, index) =>
    textFrom(agent, visitor.thread, `${index}${'z'.repeat(30_000)}`),
  );
  for (const message of texts) {
    responses.add(session.exchange);
    await agent.send(message);
  }
  await until('the last text', () => raw.bodiesOf('s').some((body) => body.includes(texts.at(-1).uid)));
  responses.add(session.exchange);
  assert.ok(responses.size > 1, 'more than one response');
  assert.ok(
    [...responses].slice(0, -1).every(({ complete }) => complete),
    'each came to its proper end',
  );
  assert.deepEqual(
    raw.bodiesOf('s').map((body) => JSON.parse(body).uid),
    texts.map(({ uid }) => uid),
  );
});
