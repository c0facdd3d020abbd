// The bridge between STOMP and MQTT: bodies byte for byte, and what MQTT 5 says in properties STOMP says in headers.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { mqttService, newClientId, SERVICE, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });
const mqtt = (t, options = {}) => mqttService(t, server, { protocolVersion: 5, ...options });

async function stomp(t) {
  const peer = await StompPeer.connect(server, { headers: SERVICE });
  t.after(() => peer.disconnect());
  return peer;
}

const OPAQUE = { json: false };
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const BODIES = { empty: Buffer.alloc(0), text: Buffer.from('ü 你好 👋\n'), bytes: EVERY_BYTE, zeros: Buffer.alloc(70_000) };
/** Milliseconds since 1970, far away, of a whole second. */
const MUCH_LATER = 4_102_444_800_000;

/** The MESSAGE that comes next on a STOMP subscription. */
const frameOf = async (feed, index = 0) => (await until('the MESSAGE', () => feed.received[index])).frame;

for (const protocolVersion of [4, 5]) {
  describe(`MQTT ${protocolVersion === 5 ? '5' : '3.1.1'}`, () => {
    for (const [title, body] of Object.entries(BODIES)) {
      test(`${title}: the same bytes on both sides, from both sides`, async (t) => {
        const topic = `bridge/v${protocolVersion}/${title}`;
        const [device, browser] = [await mqtt(t, { protocolVersion }), await stomp(t)];
        await device.subscribe(`${topic}/#`);
        const feed = await browser.subscribe(`/topic/${topic}/up`, OPAQUE);
        for (const qos of [0, 1, 2]) {
          await device.publish(`${topic}/up`, body, { qos });
          const frame = await frameOf(feed, qos);
          assert.deepEqual(Buffer.from(frame.binaryBody), body);
          assert.equal(frame.headers.destination, `/topic/${topic}/up`);
        }
        browser.client.publish({ destination: `/topic/${topic}/down`, binaryBody: body });
        const { payload, retain } = await device.first(`${topic}/down`);
        assert.deepEqual([payload, retain], [body, false]);
      });
    }
  });
}

test('properties come as headers', async (t) => {
  const [device, browser] = [await mqtt(t), await stomp(t)];
  const feed = await browser.subscribe('/topic/bridge/up/about', OPAQUE);
  await device.publish('bridge/up/about', '{}', {
    properties: {
      contentType: 'application/json',
      responseTopic: 'bridge/answers',
      correlationData: Buffer.from('question 1'),
      messageExpiryInterval: 3600,
      userProperties: { colour: 'red', escaped: 'a:b\\x\nd', ü: '你好' },
    },
  });
  const { headers, body } = await frameOf(feed);
  assert.equal(body, '{}');
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['reply-to'], '/topic/bridge/answers');
  assert.equal(headers['correlation-id'], 'question 1');
  assert.ok(Number(headers.expires) > 1_000_000_000_000, headers.expires);
  assert.deepEqual([headers.colour, headers.escaped, headers.ü], ['red', 'a:b\\x\nd', '你好']);
});

test('headers come as properties', async (t) => {
  const [device, browser] = [await mqtt(t), await stomp(t)];
  await device.subscribe('bridge/down/about');
  await browser.publish('/topic/bridge/down/about', '<p>', {
    'content-type': 'text/html',
    'reply-to': '/topic/bridge/answers',
    'correlation-id': 'question 2',
    expires: String(MUCH_LATER),
    colour: 'red',
    escaped: 'a:b\\x\nd',
    ü: '你好',
  });
  const { payload, properties } = await device.first('bridge/down/about');
  assert.equal(payload.toString(), '<p>');
  assert.equal(properties.contentType, 'text/html');
  assert.equal(properties.responseTopic, 'bridge/answers');
  assert.equal(properties.correlationData.toString(), 'question 2');
  assert.ok(properties.messageExpiryInterval > 1_000_000, `${properties.messageExpiryInterval} seconds`);
  const { colour, escaped, ü } = properties.userProperties;
  assert.deepEqual([colour, escaped, ü], ['red', 'a:b\\x\nd', '你好']);
  // What STOMP says to the server is not said to others.
  for (const name of ['destination', 'receipt', 'content-length', 'reply-to', 'correlation-id', 'expires']) {
    assert.equal(properties.userProperties[name], undefined, name);
  }
});

test('correlation data that is no text comes in base64, both ways', async (t) => {
  const [device, browser] = [await mqtt(t), await stomp(t)];
  const feed = await browser.subscribe('/topic/bridge/binary/up', OPAQUE);
  await device.subscribe('bridge/binary/down');
  await device.publish('bridge/binary/up', 'x', { properties: { correlationData: EVERY_BYTE } });
  const { headers } = await frameOf(feed);
  assert.deepEqual(Buffer.from(headers['correlation-data'], 'base64'), EVERY_BYTE);
  assert.equal(headers['correlation-id'], undefined);
  await browser.publish('/topic/bridge/binary/down', 'x', { 'correlation-data': headers['correlation-data'] });
  const { properties } = await device.first('bridge/binary/down');
  assert.deepEqual(properties.correlationData, EVERY_BYTE);
  assert.equal(properties.userProperties?.['correlation-data'], undefined);
});

test('a device asks, a browser answers, and the other way round', async (t) => {
  const [device, browser] = [await mqtt(t), await stomp(t)];
  const questions = await browser.subscribe('/topic/bridge/ask/browser', OPAQUE);
  await device.subscribe(['bridge/answers/device', 'bridge/ask/device']);
  await device.publish('bridge/ask/browser', 'how warm?', {
    properties: { responseTopic: 'bridge/answers/device', correlationData: Buffer.from('7') },
  });
  const { headers } = await frameOf(questions);
  await browser.publish(headers['reply-to'], '21', { 'correlation-id': headers['correlation-id'] });
  const answer = await device.first('bridge/answers/device');
  assert.deepEqual([answer.payload.toString(), answer.properties.correlationData.toString()], ['21', '7']);

  const answers = await browser.subscribe('/topic/bridge/answers/browser', OPAQUE);
  const asking = { 'reply-to': '/topic/bridge/answers/browser', 'correlation-id': '8' };
  await browser.publish('/topic/bridge/ask/device', 'how cold?', asking);
  const { responseTopic, correlationData } = (await device.first('bridge/ask/device')).properties;
  await device.publish(responseTopic, '-3', { properties: { correlationData } });
  const frame = await frameOf(answers);
  assert.deepEqual([frame.body, frame.headers['correlation-id']], ['-3', '8']);
});

test('what is retained keeps its properties, from either side and after a crash', async (t) => {
  const [device, browser] = [await mqtt(t), await stomp(t)];
  await device.publish('bridge/kept/mqtt', EVERY_BYTE, {
    retain: true,
    properties: { contentType: 'image/x', userProperties: { colour: 'red' }, responseTopic: 'bridge/r' },
  });
  await browser.publish('/topic/bridge/kept/stomp', 'text', {
    retain: 'true',
    'content-type': 'text/x',
    'correlation-id': 'c',
    colour: 'blue',
  });
  await server.kill();
  await server.restart();
  const [late, lateBrowser] = [await mqtt(t), await stomp(t)];
  const feed = await lateBrowser.subscribe('/topic/bridge/kept/mqtt', { ...OPAQUE, headers: { retained: 'true' } });
  const frame = await frameOf(feed);
  assert.deepEqual(Buffer.from(frame.binaryBody), EVERY_BYTE);
  assert.deepEqual(
    ['content-type', 'colour', 'reply-to', 'retained'].map((name) => frame.headers[name]),
    ['image/x', 'red', '/topic/bridge/r', 'true'],
  );
  await late.subscribe('bridge/kept/#');
  const { payload, properties, retain } = await late.first('bridge/kept/stomp');
  assert.deepEqual([payload.toString(), retain, properties.contentType], ['text', true, 'text/x']);
  assert.deepEqual([properties.correlationData.toString(), properties.userProperties.colour], ['c', 'blue']);
  assert.deepEqual((await late.first('bridge/kept/mqtt')).payload, EVERY_BYTE);
});

test('properties wait with the message: in a session and in a durable subscription', async (t) => {
  const lasting = { clientId: newClientId(), clean: false, properties: { sessionExpiryInterval: 600 } };
  const away = await mqtt(t, lasting);
  await away.subscribe('bridge/wait/down');
  await away.disconnect();
  const durable = { ...OPAQUE, headers: { id: 'bridge', durable: 'true', 'auto-delete': 'false' } };
  const browser = await stomp(t);
  await browser.subscribe('/topic/bridge/wait/#', durable);
  await browser.disconnect();
  const sender = await stomp(t);
  await sender.publish('/topic/bridge/wait/down', 'x', { persistent: 'true', colour: 'red', 'correlation-id': 'c' });
  await server.kill();
  await server.restart();
  const back = await mqtt(t, lasting);
  const { properties } = await back.first('bridge/wait/down');
  assert.deepEqual([properties.userProperties.colour, properties.correlationData.toString()], ['red', 'c']);
  const again = await stomp(t);
  const feed = await again.subscribe('/topic/bridge/wait/#', durable);
  const { headers } = await frameOf(feed);
  assert.deepEqual([headers.colour, headers['correlation-id']], ['red', 'c']);
  feed.subscription.unsubscribe({ durable: 'true' });
});
