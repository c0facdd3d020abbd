// Nodes whose PostgreSQL, Redis or neighbour fails: people notice as little as can be, and all is well when it is back.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import mqtt from 'mqtt';
import { sendByHttp, textFrom } from '../conversations.js';
import { newTeam, visitorAt } from '../desk-team.js';
import { MqttPeer } from '../mqtt-peer.js';
import { StompPeer } from '../stomp-peer.js';
import { soon, until } from '../waiting.js';
import { opened, severalNodes, skipAlone } from './several-nodes.js';

const FROM_THE_BEGINNING = { headers: { 'after-seq': '0' } };

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 90_000;

const several = severalNodes();

const isOf = (wanted) => ({ type }) => type === wanted;

describe('services that fail', { skip: skipAlone }, () => {
  let [one, two] = [];
  before(() => {
    [one, two] = several.nodes;
  });

  /** A visitor on the first node, and an agent of its own on the second. */
  async function pair(t) {
    const { ann, workgroup } = await newTeam(one, ['ann']);
    const desk = await opened(t, MqttPeer.asAgent(two, ann));
    const vera = await visitorAt(one, workgroup, 'Vera');
    const page = await opened(t, StompPeer.withToken(one, vera));
    await page.follow(vera.topic, FROM_THE_BEGINNING);
    await desk.item('WELCOME', isOf('WELCOME'));
    return { ann, vera, desk, page };
  }

  for (const [what, fail] of [
    ['is killed', (redis) => redis.kill()],
    ['stands still', (redis) => redis.pause()],
  ]) {
    test(`Redis ${what}: messages come all the same, and are fast again when it is back`, { timeout: LONG }, async (t) => {
      const { vera, desk, page } = await pair(t);
      await fail(several.cluster.redis);
      for (let number = 0; number < 3; number += 1) {
        const message = textFrom(vera, vera.thread, `without Redis ${number}`);
        await page.send(vera.topic, message);
        await desk.message(message.uid);
      }
      await until('the nodes say that they are without Redis', async () => {
        const { status, text } = await one.readiness();
        return status === 200 && /redis/i.test(text);
      });
      await several.cluster.heal();
      const haveItBack = async () => {
        const answers = await Promise.all(several.nodes.map((node) => node.readiness()));
        return answers.every(({ text }) => !/redis/i.test(text));
      };
      await until('the nodes say that they have it back', haveItBack);
      const message = textFrom(vera, vera.thread, 'with Redis');
      await page.send(vera.topic, message);
      await desk.message(message.uid);
      const seqs = desk.in(vera.topic).map(({ seq }) => seq).filter(Boolean);
      assert.deepEqual(seqs, seqs.map((_seq, index) => seqs[0] + index), 'in order, without a hole or a repeat');
    });
  }

  test('PostgreSQL is gone for a while: nodes say so, take nothing, and go on', { timeout: LONG }, async (t) => {
    const { ann, vera, desk } = await pair(t);
    await several.cluster.postgres.kill();
    await until('no node is ready', async () => (await one.readiness()).status === 503 && (await two.readiness()).status === 503);
    for (let number = 0; number < 3; number += 1) {
      await assert.rejects(sendByHttp(one, vera, textFrom(vera, vera.thread, 'nowhere')), /HTTP 503/);
    }
    const metrics = async () => (await fetch(`${one.url}/metrics`)).text();
    assert.match(await metrics(), /^deskwire_store_up 0$/m);
    // A stock client that is refused stays away for good; one whose connection breaks comes again.
    const device = mqtt.connect(one.url.replace('http', 'ws'), {
      path: '/websocket',
      clientId: `${ann.uid}/web/another`,
      username: 'agent',
      password: ann.accessToken,
    });
    t.after(() => device.end(true));
    await soon('a connection is ended', new Promise((resolve) => device.once('close', resolve)), LONG);
    await several.cluster.heal();
    await until('it has come again', () => device.connected, LONG);
    assert.match(await metrics(), /^deskwire_store_up 1$/m);
    const lines = (pattern) => one.output.split('\n').filter((line) => pattern.test(line));
    assert.equal(lines(/batches cannot be committed/).length, 1, 'a line when it begins');
    assert.match(lines(/batches are committed again/).join(), /failed=\d/, 'and one when it ends');
    const message = textFrom(vera, vera.thread, 'again');
    await sendByHttp(one, vera, message);
    // A connection that had to read while there was no database may have been ended.
    const devices = desk.client.connected ? [desk] : [desk, await opened(t, MqttPeer.asAgent(two, ann))];
    const heard = () => devices.some((device) => device.in(vera.topic).some((item) => item.message.uid === message.uid));
    await until('it is heard', heard);
  });

  test('an agent whose node dies is offline once its lease is over, and nobody is given to it', { timeout: LONG }, async (t) => {
    const { ann, workgroup } = await newTeam(one, ['ann'], { capacity: 10 });
    await opened(t, MqttPeer.asAgent(two, ann));
    assert.equal((await visitorAt(one, workgroup, 'Vera')).thread.status, 'CHATTING');
    await two.kill();
    await until('visitors leave messages', async () => (await visitorAt(one, workgroup, 'Wim')).thread.status === 'OFFLINE');
  });
});
