// When sessions of MQTT 5 end, and when their wills come. No test looks at a clock: the will that is due at the end of a
// session says when it has ended.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { mqttService, newClientId, rawMqttService, WITH_SERVICE } from './service-account.js';
import { soon } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE, streams: ['mqtt'] });
const connect = (t, options = {}) => mqttService(t, server, { protocolVersion: 5, ...options });
const raw = (t, fields = {}) => rawMqttService(t, server, { protocolVersion: 5, ...fields });

const NORMAL = 0x00;
const WITH_WILL = 0x04;
const SHUTTING_DOWN = 0x8b;
const FOR_LONG = 600;

const lasting = (seconds, fields = {}) => ({
  clientId: newClientId(),
  clean: false,
  properties: { sessionExpiryInterval: seconds },
  ...fields,
});
/** A will that is said `delay` seconds after the connection has broken, unless the session ends before. */
const will = (topic, delay = 0) => ({
  topic,
  payload: Buffer.from('gone'),
  qos: 1,
  retain: false,
  properties: { willDelayInterval: delay, userProperties: { colour: 'red' }, contentType: 'text/plain' },
});

async function watch(t, filter) {
  const watcher = await connect(t);
  await watcher.subscribe(filter);
  return watcher;
}

test('a session ends when its time is over, and with it goes what waited for it', async (t) => {
  const watcher = await watch(t, 'end/over');
  const options = lasting(1);
  const robot = await raw(t, { ...options, will: will('end/over', FOR_LONG) });
  await robot.subscribe('end/waiting');
  await robot.reset();
  await watcher.publish('end/waiting', 'for nobody');
  await watcher.first('end/over');
  const back = await raw(t, options);
  assert.equal(back.connack.sessionPresent, false);
  await back.subscribe('end/other');
  await watcher.publish('end/other', 'end');
  assert.deepEqual((await back.messages(1)).map(({ topic }) => topic), ['end/other']);
});

test('a session without a time ends with its connection', async (t) => {
  const options = { clientId: newClientId(), clean: false };
  const first = await raw(t, options);
  await first.subscribe('end/none');
  await first.reset();
  assert.equal((await raw(t, options)).connack.sessionPresent, false);
});

test('DISCONNECT can end a session at once', async (t) => {
  const options = lasting(FOR_LONG);
  const first = await raw(t, options);
  await first.subscribe('end/now');
  await first.disconnect({ reasonCode: NORMAL, properties: { sessionExpiryInterval: 0 } });
  assert.equal((await raw(t, options)).connack.sessionPresent, false);
});

test('DISCONNECT can give a session more time', async (t) => {
  const watcher = await watch(t, 'end/shorter');
  const [longer, shorter] = [lasting(1), lasting(1)];
  const staying = await raw(t, longer);
  await staying.subscribe('end/more');
  await staying.disconnect({ reasonCode: NORMAL, properties: { sessionExpiryInterval: FOR_LONG } });
  const ending = await raw(t, { ...shorter, will: will('end/shorter', FOR_LONG) });
  await ending.reset();
  await watcher.first('end/shorter');
  assert.equal((await raw(t, longer)).connack.sessionPresent, true);
  assert.equal((await raw(t, shorter)).connack.sessionPresent, false);
});

test('the time of a session goes on over a crash of the server', async (t) => {
  const [short, long] = [lasting(1), lasting(FOR_LONG)];
  for (const options of [short, long]) {
    const peer = await raw(t, options);
    await peer.subscribe('end/crash');
    await peer.disconnect();
  }
  await server.kill();
  await server.restart();
  const watcher = await watch(t, 'end/clock');
  const clock = await raw(t, { ...lasting(1), will: will('end/clock', FOR_LONG) });
  await clock.reset();
  await watcher.first('end/clock');
  assert.equal((await raw(t, short)).connack.sessionPresent, false);
  assert.equal((await raw(t, long)).connack.sessionPresent, true);
});

test('who comes back in time cancels the will', async (t) => {
  const watcher = await watch(t, 'will/#');
  const options = lasting(FOR_LONG);
  const robot = await raw(t, { ...options, will: will('will/cancelled', 1) });
  await robot.reset();
  const back = await raw(t, options);
  assert.equal(back.connack.sessionPresent, true);
  // Another will with the same delay, which began later, is the clock.
  const other = await raw(t, { ...lasting(FOR_LONG), will: will('will/due', 1) });
  await other.reset();
  const { payload, properties } = await watcher.first('will/due');
  assert.equal(payload.toString(), 'gone');
  assert.deepEqual({ ...properties.userProperties }, { colour: 'red' });
  assert.equal(properties.contentType, 'text/plain');
  assert.deepEqual(watcher.in('will/cancelled'), []);
});

test('a clean start ends the session before, whose will comes at once', async (t) => {
  const watcher = await watch(t, 'will/clean');
  const options = lasting(FOR_LONG);
  const robot = await raw(t, { ...options, will: will('will/clean', FOR_LONG) });
  await robot.reset();
  await raw(t, { ...options, clean: true });
  await watcher.first('will/clean');
});

test('wills with a long delay come in the order in which they are due', async (t) => {
  const watcher = await watch(t, 'will/order/#');
  const later = await raw(t, { ...lasting(FOR_LONG), will: will('will/order/later', 2) });
  const sooner = await raw(t, { ...lasting(FOR_LONG), will: will('will/order/sooner', 1) });
  const now = await raw(t, { ...lasting(FOR_LONG), will: will('will/order/now', 0) });
  await later.reset();
  await sooner.reset();
  await now.reset();
  await watcher.first('will/order/later');
  const order = watcher.received.map(({ topic }) => topic.split('/').at(-1));
  assert.deepEqual(order, ['now', 'sooner', 'later']);
});

test('DISCONNECT takes the will back, unless it asks for it', async (t) => {
  const watcher = await watch(t, 'will/said/#');
  const options = { clientId: newClientId() };
  const silent = await raw(t, { ...options, will: will('will/said/normal') });
  await silent.disconnect({ reasonCode: NORMAL });
  await raw(t, options);
  const asking = await raw(t, { will: will('will/said/asked') });
  await asking.disconnect({ reasonCode: WITH_WILL });
  await watcher.first('will/said/asked');
  assert.deepEqual(watcher.in('will/said/normal'), []);
});

test('a server that stops says so, and says the wills that wait', async (t) => {
  const waiting = await raw(t, {
    ...lasting(FOR_LONG),
    will: { ...will('will/stopped', FOR_LONG), retain: true },
  });
  await waiting.reset();
  const peer = await connect(t);
  await server.terminate();
  await server.restart();
  await soon('the connection is closed', peer.closed);
  assert.equal(peer.disconnects[0]?.reasonCode, SHUTTING_DOWN);
  const watcher = await watch(t, 'will/stopped');
  assert.equal((await watcher.first('will/stopped')).retain, true);
});
