// Rules that break clients when missed: heart-beats.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { stompFrame } from './raw-stomp.js';
import { rawService, WITH_SERVICE } from './service-account.js';
import { SockJsSocket } from './sockjs-peer.js';
import { until } from './waiting.js';

/** Milliseconds between heart-beats: what the server offers, and what the tests ask for. */
const INTERVAL = 1000;

/** Silences looked at. */
const BEATS = 4;

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    DESKWIRE__HEARTBEAT__SEND_MS: String(INTERVAL),
    DESKWIRE__HEARTBEAT__WANT_MS: String(INTERVAL),
  },
});

const LF = Buffer.from('\n');

const receiving = { 'heart-beat': `0,${INTERVAL}` };

const isBeat = ({ bytes }) => !String(bytes).trim();

/** The heart-beats that came, once there are enough. */
const beatsOf = (raw) =>
  until('heart-beats', () => {
    const beats = raw.pieces.filter(isBeat);
    return beats.length >= BEATS && beats;
  });

// Side by side: most of each test is waiting.
describe('heart-beats', { concurrency: true }, () => {
  test('rule 08: a heart-beat is one LF alone in its message, as text', async (t) => {
    const raw = await rawService(t, server, { headers: receiving });
    for (const { bytes, binary } of await beatsOf(raw)) {
      assert.deepEqual([bytes, binary], [LF, false]);
    }
  });

  test('rule 08: over SockJS a heart-beat is the element "\\n"', async (t) => {
    const carrier = await SockJsSocket.open(server);
    const raw = await rawService(t, server, { carrier, headers: receiving });
    await beatsOf(raw);
    const beats = carrier.frames.filter((frame) => frame[0] === 'a' && !JSON.parse(frame.slice(1)).join('').trim());
    assert.ok(beats.length >= BEATS);
    assert.ok(
      beats.every((frame) => frame === 'a["\\n"]'),
      beats.join(' '),
    );
  });

  for (const version of ['1.0', '1.1', '1.2']) {
    test(`rule 09: LF and CRLF are heart-beats on ${version}, alone and glued to frames`, async (t) => {
      const raw = await rawService(t, server, { version });
      const destination = `/topic/glued/${version.replace('.', '')}`;
      raw.send('SUBSCRIBE', { id: 's', destination });
      const send = (body) => stompFrame('SEND', { destination }, body);
      for (const bytes of [
        '\n',
        '\r\n',
        `\r\n${send('a')}`,
        `\n\n${send('b')}\r\n\r\n`,
        `${send('c')}\n${send('d')}`,
      ]) {
        raw.write(bytes);
      }
      raw.write(Buffer.from('\r\n'));
      raw.write('\r');
      raw.write(`\n${send('e')}`);
      await raw.message('e');
      const bodies = raw.frames.filter(({ command }) => command === 'MESSAGE').map(({ body }) => String(body));
      assert.deepEqual(bodies, ['a', 'b', 'c', 'd', 'e']);
    });
  }

  test('rule 09: CRLF heart-beats keep a connection that promised them', async (t) => {
    const raw = await rawService(t, server, { headers: { 'heart-beat': `${INTERVAL},0` } });
    const silent = await rawService(t, server, { headers: { 'heart-beat': `${INTERVAL},0` } });
    const beat = setInterval(() => raw.write('\r\n'), INTERVAL / 2);
    t.after(() => clearInterval(beat));
    await silent.closed();
    await raw.confirmed('SEND', { destination: '/topic/beats/x' }, 'still here');
  });

  // Intervals to the millisecond are tested without a clock (`rule_10_…` in `wire/tests/stomp_session`). Here one
  // client's silence is the measure of another's heart-beats.
  test('rule 10: who is silent is cut, and who waits has had heart-beats meanwhile', async (t) => {
    const waiting = await rawService(t, server, { headers: receiving });
    assert.equal(waiting.connected.headers['heart-beat'], `${INTERVAL},${INTERVAL}`);
    const silent = await rawService(t, server, { headers: { 'heart-beat': `${INTERVAL},0` } });
    await silent.closed();
    assert.equal(silent.frames.at(-1).command, 'ERROR');
    assert.ok(waiting.pieces.filter(isBeat).length >= 2, 'three intervals have room for two heart-beats at least');
  });

  test('rule 10: frames count as life', async (t) => {
    const raw = await rawService(t, server, { headers: { 'heart-beat': `${INTERVAL},0` } });
    const silent = await rawService(t, server, { headers: { 'heart-beat': `${INTERVAL},0` } });
    const talk = setInterval(() => raw.send('SEND', { destination: '/topic/beats/x' }, 'talk'), INTERVAL / 2);
    t.after(() => clearInterval(talk));
    await silent.closed();
    await raw.confirmed('SEND', { destination: '/topic/beats/x' }, 'still here');
  });

  for (const heartBeat of ['0,0', undefined]) {
    test(`rule 10: with heart-beat ${heartBeat} nobody is cut for silence, and none are sent`, async (t) => {
      const raw = await rawService(t, server, { headers: heartBeat && { 'heart-beat': heartBeat } });
      const silent = await rawService(t, server, { headers: { 'heart-beat': `${INTERVAL},0` } });
      await silent.closed();
      assert.equal(raw.pieces.filter(isBeat).length, 0);
      await raw.confirmed('SEND', { destination: '/topic/beats/x' }, 'still here');
    });
  }
});
