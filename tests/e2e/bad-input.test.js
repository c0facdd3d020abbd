// What no client should send. Each is answered as its specification says, and the server goes on for everyone else.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { dotted, encodeMessage } from 'deskwire-examples/protocol.js';
import { logInAgent, newConversation, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { frame, RawSocket } from './raw-socket.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

const STOMP_FRAME_BYTES = 8_192;
const WEBSOCKET_MESSAGE_BYTES = 16_384;
const MQTT_PACKET_BYTES = 8_192;

const server = await serverForThisFile({
  env: {
    DESKWIRE__LIMITS__CONNECT_DEADLINE_MS: '500',
    DESKWIRE__LIMITS__STOMP_FRAME_BYTES: String(STOMP_FRAME_BYTES),
    DESKWIRE__LIMITS__CONNECT_BYTES: String(STOMP_FRAME_BYTES),
    DESKWIRE__LIMITS__WEBSOCKET_MESSAGE_BYTES: String(WEBSOCKET_MESSAGE_BYTES),
    DESKWIRE__LIMITS__MQTT_PACKET_BYTES: String(MQTT_PACKET_BYTES),
  },
});
let agent;
let visitor;

before(async () => {
  const identity = await logInAgent(server);
  agent = Object.assign(await MqttPeer.asAgent(server, identity), identity);
  visitor = await newConversation(server);
});

/** A conversation that has nothing to do with the bad input works. */
async function assertHealthy() {
  const bystander = await newConversation(server, 'Bystander');
  const peer = await StompPeer.asVisitor(server, bystander);
  const feed = await peer.follow(bystander.topic);
  const sent = textFrom(bystander, bystander.thread, 'all well?');
  await peer.send(bystander.topic, sent);
  await feed.message(sent.uid);
  await agent.message(sent.uid);
  await peer.disconnect();
}

/** A test of one kind of bad input, which ends with a look at the server's health. */
const badInput = (title, body) =>
  test(title, async (t) => {
    await body(t);
    await assertHealthy();
  });

const connectFrame = () => `CONNECT\naccept-version:1.2\nlogin:${visitor.uid}\n\n\0`;

/** A raw STOMP connection of the visitor that has got CONNECTED. */
async function connected(t) {
  const raw = await RawSocket.stomp(server);
  t.after(() => raw.destroy());
  raw.text(connectFrame());
  await until('CONNECTED', () => raw.said.includes('CONNECTED'));
  return raw;
}

/** Asserts that the server ended the connection after an ERROR frame with a readable reason. */
async function assertError(raw) {
  await raw.closed();
  assert.match(raw.said, /(^|\0|\n)ERROR\r?\n/);
  assert.match(raw.said, /\nmessage:[^\n]*\w{2,}/);
}

describe('STOMP', () => {
  const frames = {
    'an unknown command': () => 'SHOUT\n\n\0',
    'a header without a colon': () => 'SEND\nno colon here\n\n\0',
    'an escape that is not defined': () => `SEND\ndestination:/app/x\nname:a\\tb\n\nhi\0`,
    'a SEND without a destination': () => 'SEND\n\nhi\0',
    'a SUBSCRIBE without an id': () => `SUBSCRIBE\ndestination:/topic/${dotted(visitor.topic)}\n\n\0`,
    'a body that is longer than it says': () =>
      `SEND\ndestination:/app/${dotted(visitor.topic)}\ncontent-length:2\n\nlonger\0`,
    'a COMMIT of nothing': () => 'COMMIT\ntransaction:none\n\n\0',
    'a second CONNECT': connectFrame,
  };
  for (const [title, bytes] of Object.entries(frames)) {
    badInput(`${title} is answered with ERROR`, async (t) => {
      const raw = await connected(t);
      raw.text(bytes());
      await assertError(raw);
    });
  }

  badInput('a frame above the limit is answered with ERROR', async (t) => {
    const raw = await connected(t);
    raw.text(`SEND\ndestination:/app/${dotted(visitor.topic)}\n\n${'x'.repeat(STOMP_FRAME_BYTES)}\0`);
    await assertError(raw);
  });

  badInput('a frame above the limit in many small messages is not collected', async (t) => {
    const raw = await connected(t);
    raw.text(`SEND\ndestination:/app/${dotted(visitor.topic)}\n\n`);
    for (let sent = 0; sent <= STOMP_FRAME_BYTES; sent += 1024) {
      raw.text('x'.repeat(1024));
    }
    await assertError(raw);
  });

  badInput('headers without end are not collected', async (t) => {
    const raw = await connected(t);
    raw.text('SEND\n');
    for (let sent = 0; sent <= STOMP_FRAME_BYTES; sent += 1024) {
      raw.text(`h${sent}:${'x'.repeat(1010)}\n`);
    }
    await assertError(raw);
  });

  badInput('a frame before CONNECT is answered with ERROR', async (t) => {
    const raw = await RawSocket.stomp(server);
    t.after(() => raw.destroy());
    raw.text(`SEND\ndestination:/app/${dotted(visitor.topic)}\n\n{}\0`);
    await assertError(raw);
  });

  badInput('no version in common is answered with ERROR and the versions spoken', async (t) => {
    const raw = await RawSocket.stomp(server);
    t.after(() => raw.destroy());
    raw.text(`CONNECT\naccept-version:9.9\nlogin:${visitor.uid}\n\n\0`);
    await assertError(raw);
    assert.match(raw.said, /\nversion:[^\n]*1\.2/);
  });

  badInput('a connection without CONNECT is ended', async (t) => {
    const raw = await RawSocket.stomp(server);
    t.after(() => raw.destroy());
    await raw.closed();
  });

  badInput('heart-beats alone do not keep a connection without CONNECT', async (t) => {
    const raw = await RawSocket.stomp(server);
    t.after(() => raw.destroy());
    const beat = setInterval(() => raw.text('\n'), 50);
    t.after(() => clearInterval(beat));
    await raw.closed();
  });

  const bodies = {
    'a body that is no JSON': 'hello',
    'a body that is cut JSON': '{"uid":"m1","type":"TEXT","content":',
    'a body that is no object': '[1,2,3]',
    'a uid that is no text': '{"uid":5,"type":"TEXT","content":"hi"}',
    'a rich message without its JSON': '{"uid":"m1","type":"IMAGE","content":"picture.png"}',
    'JSON nested without end': `${'['.repeat(3000)}`,
  };
  for (const [title, body] of Object.entries(bodies)) {
    test(`${title} is answered with ERROR`, async () => {
      const peer = await StompPeer.asVisitor(server, visitor);
      await assert.rejects(peer.publish(`/app/${dotted(visitor.topic)}`, body));
      assert.match((await peer.refusal()) ?? '', /\w{3,}/);
      await assertHealthy();
    });
  }
});

describe('WebSocket', () => {
  const INVALID_UTF8 = Buffer.from([0x53, 0x45, 0xc3, 0x28]);
  const frames = [
    { title: 'text that is not UTF-8', bytes: () => frame(1, INVALID_UTF8), code: 1007 },
    { title: 'an unmasked frame', bytes: () => frame(1, '\n', { masked: false }), code: 1002 },
    { title: 'a reserved opcode', bytes: () => frame(3, '\n'), code: 1002 },
    { title: 'a reserved bit', bytes: () => frame(1, '\n', { reserved: 0x20 }), code: 1002 },
    { title: 'a fragmented ping', bytes: () => frame(9, '', { fin: false }), code: 1002 },
    { title: 'a ping above 125 bytes', bytes: () => frame(9, 'x'.repeat(126)), code: 1002 },
    { title: 'a continuation of nothing', bytes: () => frame(0, 'x'), code: 1002 },
    { title: 'a close frame with half a code', bytes: () => frame(8, 'x'), code: 1002 },
    { title: 'a message above the limit', bytes: () => frame(1, 'x'.repeat(WEBSOCKET_MESSAGE_BYTES + 1)), code: 1009 },
  ];
  for (const { title, bytes, code } of frames) {
    badInput(`${title} is closed with ${code}`, async (t) => {
      const raw = await connected(t);
      raw.write(bytes());
      assert.equal(await raw.closed(), code);
    });
  }

  badInput('a frame that announces more than the limit is not waited for', async (t) => {
    const raw = await connected(t);
    const huge = Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
    raw.write(huge);
    assert.ok([1002, 1009].includes(await raw.closed()));
  });
});

describe('MQTT', () => {
  const packets = {
    'a packet before CONNECT': [0xc0, 0x00],
    'a reserved packet type': [0xf0, 0x00],
    'a length of five bytes': [0x10, 0xff, 0xff, 0xff, 0xff, 0xff],
    'a length above the limit': [0x10, 0xff, 0xff, 0xff, 0x7f],
    'a CONNECT of another protocol': [0x10, 0x0a, 0x00, 0x04, ...Buffer.from('HTTP'), 4, 2, 0, 30],
    'a CONNECT with the reserved flag': [0x10, 0x0e, 0x00, 0x04, ...Buffer.from('MQTT'), 4, 3, 0, 30, 0, 2, 0x61, 0x62],
  };
  for (const [title, bytes] of Object.entries(packets)) {
    badInput(`${title} ends the connection`, async (t) => {
      const raw = await RawSocket.mqtt(server);
      t.after(() => raw.destroy());
      raw.binary(Buffer.from(bytes));
      await raw.closed();
    });
  }

  badInput('an unknown protocol level is answered with CONNACK 0x84', async (t) => {
    const raw = await RawSocket.mqtt(server);
    t.after(() => raw.destroy());
    raw.binary(Buffer.from([0x10, 0x0e, 0x00, 0x04, ...Buffer.from('MQTT'), 99, 2, 0, 30, 0, 2, 0x61, 0x62]));
    await raw.closed();
    assert.deepEqual([...Buffer.concat(raw.received)], [0x20, 0x03, 0x00, 0x84, 0x00]);
  });

  badInput('a connection without CONNECT is ended', async (t) => {
    const raw = await RawSocket.mqtt(server);
    t.after(() => raw.destroy());
    await raw.closed();
  });

  /** A device of the agent, gone with the test. */
  async function device(t, name) {
    const peer = await MqttPeer.asAgent(server, agent, { device: name, clean: true });
    t.after(() => peer.client.end(true));
    return peer;
  }

  badInput('a packet above the limit ends the connection', async (t) => {
    const peer = await device(t, 'oversize');
    peer.client.publish(visitor.topic, 'x'.repeat(MQTT_PACKET_BYTES), { qos: 0 });
    await soon('the connection is closed', peer.closed);
  });

  const payloads = {
    'broken protobuf': Buffer.from([0x0a, 0x7f, 0x61]),
    'protobuf with a type that is no name': encodeMessage({ uid: 'm1', type: 'NO NAME', content: 'hi' }),
    'cut JSON': Buffer.from('{"uid":"m1","type":'),
    'protobuf with text that is not UTF-8': Buffer.from([0x0a, 0x02, 0xc3, 0x28]),
    nothing: Buffer.alloc(0),
  };
  for (const [title, payload] of Object.entries(payloads)) {
    badInput(`${title} as payload reaches nobody`, async (t) => {
      const own = await newConversation(server);
      const peer = await StompPeer.asVisitor(server, own);
      const feed = await peer.follow(own.topic);
      const sender = await device(t, 'garbled');
      // Acknowledged or cut off, both are allowed: what matters is that it is not passed on.
      await Promise.race([sender.publish(own.topic, payload).catch(() => {}), sender.closed]);
      const proper = textFrom(agent, own.thread, 'proper');
      await agent.send(proper);
      await feed.message(proper.uid);
      // Where the agent is busy by now, places in the queue are told too.
      const said = feed.messages.filter(({ type, uid }) => type !== 'QUEUE_UPDATE' && uid !== own.opening.uid);
      const uids = said.map(({ uid }) => uid);
      assert.deepEqual(uids, [proper.uid]);
      await peer.disconnect();
    });
  }
});
