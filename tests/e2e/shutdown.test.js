// How the server ends, and how it refuses to start where it would do harm.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { history, logInAgent, newConversation, textFrom } from './conversations.js';
import { Process, serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { RawSocket } from './raw-socket.js';
import { StompPeer } from './stomp-peer.js';
import { soon } from './waiting.js';

const server = await serverForThisFile();

/** Waits for a process that should not stay. */
async function endOf(t, process) {
  t.after(() => process.signal('SIGKILL'));
  return soon('the process gives up', process.ended);
}

test('a second process on the same data is refused, and says so', async (t) => {
  const second = new Process({ listen: ['http://127.0.0.1:0'], data: server.data });
  const { code } = await endOf(t, second);
  assert.ok(code > 0, `it ended with ${code}`);
  assert.match(second.output, /in use|lock|already|another/i);
  assert.ok(second.output.includes(server.data), 'the reason names the folder');
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200, 'the first goes on');
});

test('a taken port is named', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'deskwire-e2e-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  const second = new Process({ listen: [server.url], data });
  const { code } = await endOf(t, second);
  assert.ok(code > 0, `it ended with ${code}`);
  assert.ok(second.output.includes(new URL(server.url).port), 'the reason names the port');
});

test('SIGTERM says goodbye to everyone and loses nothing', async () => {
  const agent = await logInAgent(server);
  const desk = await MqttPeer.asAgent(server, agent);
  const visitor = await newConversation(server);
  const peer = await StompPeer.asVisitor(server, visitor);
  const sent = textFrom(visitor, visitor.thread, 'just in time');
  await peer.send(visitor.topic, sent);
  await desk.message(sent.uid);
  const silent = await RawSocket.stomp(server);

  const { code } = await soon('the server ends', server.terminate());
  assert.equal(code, 0);
  assert.equal((await soon('the STOMP socket is closed', peer.closed)).code, 1001);
  assert.equal(await silent.closed(), 1001, 'a socket without a session too');
  await soon('the MQTT socket is closed', desk.closed);

  await server.restart();
  assert.ok((await history(server, visitor)).some(({ uid }) => uid === sent.uid));
});

test('an MQTT socket is closed with 1001 as well', async () => {
  const raw = await RawSocket.mqtt(server);
  await server.terminate();
  assert.equal(await raw.closed(), 1001);
  await server.restart();
});
