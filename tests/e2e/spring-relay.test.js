// What the broker relay of a Spring application does over TCP: a connection of its own, one for each of its WebSocket
// clients under the same account, and user destinations that it has turned into queues with the session in their name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { RawStomp } from './raw-stomp.js';
import { SERVICE, WITH_SERVICE } from './service-account.js';
import { soon } from './waiting.js';

const server = await serverForThisFile({ streams: ['stomp'], env: WITH_SERVICE });

/** CONNECT as the relay writes it: no host unless one is configured. */
const CONNECT = { 'accept-version': '1.1,1.2', ...SERVICE, 'heart-beat': '10000,10000' };
const SESSION = '5d1f4c1e-77d0-4f0a-9d9c-0c6f2b6d3a11';

async function relayed(t) {
  const stomp = await RawStomp.tcp(server.stream('stomp'));
  t.after(() => stomp.carrier.destroy());
  const connected = await stomp.connect(CONNECT);
  assert.equal(connected.headers.version, '1.2');
  assert.equal(connected.headers['heart-beat'], '10000,10000');
  return stomp;
}

test('broadcasts and messages to a user’s session go through the relay', async (t) => {
  const [system, client] = [await relayed(t), await relayed(t)];
  const place = `/queue/notify-user${SESSION}`;
  await client.confirmed('SUBSCRIBE', { id: 'sub-0', destination: '/topic/news', ack: 'auto' });
  await client.confirmed('SUBSCRIBE', { id: 'sub-1', destination: place, ack: 'auto' });
  const type = 'application/json';
  system.send('SEND', { destination: '/topic/news', 'content-type': type, 'content-length': 7 }, '{"a":1}');
  system.send('SEND', { destination: place, 'content-type': type, 'content-length': 7 }, '{"b":2}');
  const isMessage = (id) => (frame) => frame.command === 'MESSAGE' && frame.headers.subscription === id;
  const news = await client.frame('the broadcast', isMessage('sub-0'));
  const own = await client.frame('the message of the user', isMessage('sub-1'));
  assert.equal(news.headers.destination, '/topic/news');
  assert.equal(own.headers.destination, place, 'the relay finds its way back by the destination');
  assert.equal(own.headers['content-type'], type);
  assert.equal(own.body.toString(), '{"b":2}');
});

test('a client’s DISCONNECT is answered, and its relay connection ends', async (t) => {
  const client = await relayed(t);
  client.send('DISCONNECT', { receipt: 'bye' });
  const answer = await client.frame('the RECEIPT', (frame) => frame.command === 'RECEIPT');
  assert.equal(answer.headers['receipt-id'], 'bye');
  await soon('the connection ends', client.carrier.ended);
});

test('an account that is not known is refused with ERROR, so that the application says why', async (t) => {
  const stomp = await RawStomp.tcp(server.stream('stomp'));
  t.after(() => stomp.carrier.destroy());
  await assert.rejects(stomp.connect({ ...CONNECT, login: 'guest', passcode: 'guest' }), /not valid/);
});
