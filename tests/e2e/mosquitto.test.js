// The command-line clients `mosquitto_pub`, `mosquitto_sub` and `mosquitto_rr` over TCP and TLS, and STOMP behind them.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { selfSigned } from './self-signed.js';
import { newClientId, SERVICE, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { soon, until } from './waiting.js';

const tls = selfSigned();
const server = await serverForThisFile({
  streams: ['mqtt', 'mqtts'],
  env: { ...WITH_SERVICE, DESKWIRE__TLS__CERTIFICATE: tls.certificate, DESKWIRE__TLS__KEY: tls.key },
});

const VERSIONS = ['mqttv31', 'mqttv311', 'mqttv5'];
const EVERY_BYTE_IN_HEX = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('hex');

/** Arguments that every client needs. */
function common(version, scheme = 'mqtt') {
  const { hostname, port } = new URL(server.stream(scheme));
  const account = ['-u', SERVICE.login, '-P', SERVICE.passcode];
  const trust = scheme === 'mqtts' ? ['--cafile', tls.certificate] : [];
  return ['-h', hostname, '-p', port, '-V', version, ...account, ...trust];
}

/** Runs a client to its end; resolves with what it printed, rejects with what it complained about. */
const run = (command, args, input = '') =>
  new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      error ? reject(new Error(`${command}: ${stdout}${stderr}` || error.message)) : resolve(stdout);
    });
    child.stdin.on('error', () => {}); // a client that reads no input may be gone already
    child.stdin.end(input);
  });

const publish = (version, topic, message, args = [], scheme = undefined) =>
  run('mosquitto_pub', [...common(version, scheme), '-t', topic, '-m', message, ...args]);

/**
 * Starts `mosquitto_sub` and waits until it is subscribed.
 *
 * @param {string[]} args further arguments.
 * @returns {Promise<{lines: string[], said: string, ended: Promise<void>, stop: (signal: string) => void}>} what it says
 *   of messages, a line for each; all that it says; its end, and how to bring that about.
 */
async function listen(t, version, topic, args = [], scheme = undefined) {
  const format = ['-F', '> %t %q %r %p'];
  // Without `-d` nothing tells when it is subscribed, and without line buffering it tells too late.
  const own = [...common(version, scheme), '-d', '-q', '2', ...format, '-t', topic, ...args];
  const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...own], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const listener = {
    said: '',
    get lines() {
      const lines = listener.said.split('\n').slice(0, -1);
      return lines.filter((line) => line.startsWith('> ')).map((line) => line.slice(2));
    },
    ended: new Promise((resolve) => child.once('close', resolve)),
    stop: (signal) => child.kill(signal),
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      listener.said += text;
    });
  }
  await until(`mosquitto_sub is subscribed`, () => {
    if (child.exitCode !== null) {
      throw new Error(`mosquitto_sub ended: ${listener.said}`);
    }
    return listener.said.includes('Subscribed (mid');
  });
  return listener;
}

const heard = (listener, count) => until(`${count} messages`, () => listener.lines.length >= count);

async function stomp(t) {
  const peer = await StompPeer.connect(server, { headers: SERVICE });
  t.after(() => peer.disconnect());
  return peer;
}

for (const version of VERSIONS) {
  describe(version, () => {
    for (const scheme of ['mqtt', 'mqtts']) {
      test(`each quality of service over ${scheme}`, async (t) => {
        const topic = `mosquitto/${version}/${scheme}`;
        const listener = await listen(t, version, topic, [], scheme);
        for (const qos of ['0', '1', '2']) {
          await publish(version, topic, `hello ${qos}`, ['-q', qos], scheme);
          await heard(listener, Number(qos) + 1);
        }
        assert.deepEqual(listener.lines, ['0', '1', '2'].map((qos) => `${topic} ${qos} 0 hello ${qos}`));
      });
    }

    test('many lines, each a message', async (t) => {
      const topic = `mosquitto/${version}/lines`;
      const listener = await listen(t, version, topic);
      const lines = Array.from({ length: 500 }, (_, number) => `line ${number}`);
      await run('mosquitto_pub', [...common(version), '-t', topic, '-q', '1', '-l'], lines.join('\n') + '\n');
      await heard(listener, lines.length);
      assert.deepEqual(listener.lines, lines.map((line) => `${topic} 1 0 ${line}`));
    });

    test('a session that stays', async (t) => {
      const topic = `mosquitto/${version}/away`;
      const stays = ['-i', newClientId(), '-c', ...(version === 'mqttv5' ? ['-x', '600'] : [])];
      const before = await listen(t, version, topic, stays);
      before.stop('SIGTERM');
      await soon('mosquitto_sub ends', before.ended);
      for (const number of ['1', '2', '3']) {
        await publish(version, topic, number, ['-q', '2']);
      }
      await server.kill();
      await server.restart();
      const after = await listen(t, version, topic, stays);
      await heard(after, 3);
      assert.deepEqual(after.lines, ['1', '2', '3'].map((number) => `${topic} 2 0 ${number}`));
    });

    test('a will', async (t) => {
      const topic = `mosquitto/${version}/will`;
      const watcher = await listen(t, version, topic);
      const will = ['--will-topic', topic, '--will-payload', 'gone', '--will-qos', '1'];
      const robot = await listen(t, version, `${topic}/other`, will);
      robot.stop('SIGKILL');
      await heard(watcher, 1);
      assert.deepEqual(watcher.lines, [`${topic} 1 0 gone`]);
    });

    test('to STOMP and from STOMP, bytes and retained messages included', async (t) => {
      const topic = `mosquitto/${version}/bridge`;
      const browser = await stomp(t);
      const feed = await browser.subscribe(`/topic/${topic}/up`, { json: false });
      const bytes = Buffer.from(EVERY_BYTE_IN_HEX, 'hex');
      await run('mosquitto_pub', [...common(version), '-t', `${topic}/up`, '-q', '1', '-s'], bytes);
      const { frame } = await until('the MESSAGE', () => feed.received[0]);
      assert.deepEqual(Buffer.from(frame.binaryBody), bytes);
      const listener = await listen(t, version, `${topic}/down`, ['-F', '> %q %r %x']);
      browser.client.publish({ destination: `/topic/${topic}/down`, binaryBody: bytes });
      await heard(listener, 1);
      assert.equal(listener.lines[0].split(' ').at(-1), EVERY_BYTE_IN_HEX);

      await publish(version, `${topic}/kept/mqtt`, 'by MQTT', ['-q', '1', '-r']);
      await browser.publish(`/topic/${topic}/kept/stomp`, 'by STOMP', { retain: 'true' });
      const retained = await browser.subscribe(`/topic/${topic}/kept/mqtt`, { json: false, headers: { retained: 'true' } });
      const kept = await until('what is retained', () => retained.received[0]);
      assert.deepEqual([kept.frame.body, kept.frame.headers.retained], ['by MQTT', 'true']);
      const late = await listen(t, version, `${topic}/kept/#`);
      await heard(late, 2);
      assert.deepEqual(late.lines.toSorted(), [
        `${topic}/kept/mqtt 1 1 by MQTT`,
        `${topic}/kept/stomp 2 1 by STOMP`,
      ]);
    });

    test('a wrong password is refused', async () => {
      const args = [...common(version).map((arg) => (arg === SERVICE.passcode ? 'guess' : arg)), '-t', 'x', '-m', 'x'];
      await assert.rejects(run('mosquitto_pub', args), /not authori[sz]ed|bad user ?name or password/i);
    });
  });
}

describe('mqttv5', () => {
  test('properties, on both sides of the bridge', async (t) => {
    const browser = await stomp(t);
    const feed = await browser.subscribe('/topic/mosquitto/properties', { json: false });
    const listener = await listen(t, 'mqttv5', 'mosquitto/properties', ['-F', '> %p|%C|%R|%D|%P']);
    const properties = [
      ['content-type', 'text/x'],
      ['response-topic', 'mosquitto/answers'],
      ['correlation-data', 'abc'],
      ['user-property', 'colour', 'red'],
    ].flatMap((property) => ['-D', 'PUBLISH', ...property]);
    await publish('mqttv5', 'mosquitto/properties', 'hello', ['-q', '1', ...properties]);
    await heard(listener, 1);
    assert.equal(listener.lines[0], 'hello|text/x|mosquitto/answers|abc|colour:red');
    const { frame } = await until('the MESSAGE', () => feed.received[0]);
    assert.deepEqual(
      ['content-type', 'reply-to', 'correlation-id', 'colour'].map((name) => frame.headers[name]),
      ['text/x', '/topic/mosquitto/answers', 'abc', 'red'],
    );
  });

  test('mosquitto_rr asks a browser', async (t) => {
    const browser = await stomp(t);
    const feed = await browser.subscribe('/topic/mosquitto/ask', { json: false });
    const asking = [...common('mqttv5'), '-t', 'mosquitto/ask', '-e', 'mosquitto/answers', '-m', 'how warm?', '-q', '1'];
    const answer = run('mosquitto_rr', asking);
    const { frame } = await until('the question', () => feed.received[0]);
    const { 'reply-to': replyTo, 'correlation-id': correlation } = frame.headers;
    await browser.publish(replyTo, '21', { ...(correlation && { 'correlation-id': correlation }) });
    assert.equal((await answer).trim(), '21');
  });

  test('a shared subscription', async (t) => {
    const members = [];
    while (members.length < 3) {
      members.push(await listen(t, 'mqttv5', '$share/group/mosquitto/shared'));
    }
    const lines = Array.from({ length: 300 }, (_, number) => String(number));
    const sending = [...common('mqttv5'), '-t', 'mosquitto/shared', '-q', '1', '-l'];
    await run('mosquitto_pub', sending, lines.join('\n') + '\n');
    const all = () => members.flatMap((member) => member.lines);
    await until('all', () => all().length >= lines.length);
    const texts = all().map((line) => line.split(' ').at(-1));
    assert.deepEqual(texts.toSorted((one, other) => one - other), lines);
    assert.ok(members.every((member) => member.lines.length > 50));
  });
});
