// What one node is told, all nodes know; and what several of them could do at the same time, one of them does.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { history, newVisitor, sendByHttp, textFrom } from '../conversations.js';
import { get, newTeam, post, visitorAt } from '../desk-team.js';
import { HookReceiver } from '../hook-receiver.js';
import { MqttPeer } from '../mqtt-peer.js';
import { HttpNotices, post as postNotice } from '../notices.js';
import { mqttService, SERVICE } from '../service-account.js';
import { StompPeer } from '../stomp-peer.js';
import { until } from '../waiting.js';
import { opened, severalNodes, skip } from './several-nodes.js';

const DURABLE = { json: false, headers: { id: 'reader', durable: 'true', 'auto-delete': 'false' } };
const PERSISTENT = { persistent: 'true' };

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 90_000;

const several = severalNodes({
  env: {
    DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]',
    DESKWIRE__WEBHOOKS__RETRY_MS: '50',
    DESKWIRE__WEBHOOKS__TIMEOUT_MS: '1000',
  },
});

const serviceOn = (t, node) => opened(t, StompPeer.connect(node, { headers: SERVICE }));
const numbers = (count) => Array.from({ length: count }, (_, number) => String(number));

describe('three nodes', { skip }, () => {
  let [one, two, three] = [];
  before(() => {
    [one, two, three] = several.nodes;
  });

  test('a webhook is told each event once and in order, whichever node it happened on', { timeout: LONG }, async (t) => {
    const { admin, workgroup } = await newTeam(one, []);
    const ear = await HookReceiver.start();
    t.after(() => ear.kill());
    const hook = await post(one, admin, '/api/v1/webhook/create', { uid: `hook${workgroup}`, url: ear.url, events: ['message'] });
    ear.trust(hook.uid, hook.secret);
    t.after(() => post(one, admin, '/api/v1/webhook/delete', { uid: hook.uid }));
    // Each event fails once: whoever tells it again is the only one who does.
    const refused = new Set();
    ear.answer = ({ id }) => {
      const isFirst = !refused.has(id);
      refused.add(id);
      return { status: isFirst ? 500 : 204 };
    };
    const vera = await visitorAt(two, workgroup, 'Vera');
    const texts = numbers(12);
    for (const [index, text] of texts.entries()) {
      await sendByHttp([one, two, three][index % 3], vera, textFrom(vera, vera.thread, text));
    }
    const told = () => ear.heard.filter(({ body }) => body.message?.type === 'TEXT');
    await until('all are told, and told again', () => told().length >= 2 * texts.length);
    assert.ok(told().every(({ isSigned }) => isSigned));
    const accepted = told().filter(({ id }, index) => told().findIndex((other) => other.id === id) !== index);
    assert.deepEqual(accepted.map(({ body }) => body.message.content), texts, 'accepted once each, in order');
  });

  test('a word that is listed on one node is refused on the others, and allowed again', { timeout: LONG }, async (t) => {
    const { ann, admin, workgroup } = await newTeam(one, ['ann']);
    await opened(t, MqttPeer.asAgent(two, ann));
    const vera = await visitorAt(three, workgroup, 'Vera');
    const content = `shibboleth${workgroup}`;
    const isRefused = (node) =>
      sendByHttp(node, vera, textFrom(vera, vera.thread, content)).then(
        () => false,
        ({ error }) => error === 'taboo',
      );
    const word = await post(one, admin, '/api/v1/taboo/create', { content, action: 'BLOCK' });
    for (const node of several.nodes) {
      await until(`${node.name} refuses it`, () => isRefused(node));
    }
    await post(two, admin, '/api/v1/taboo/delete', { uid: word.uid });
    for (const node of several.nodes) {
      await until(`${node.name} takes it`, async () => !(await isRefused(node)));
    }
  });

  test('the desk sees on every node who takes a break', { timeout: LONG }, async (t) => {
    const { ann, bob } = await newTeam(one, ['ann', 'bob']);
    const watching = await opened(t, StompPeer.withToken(one, bob));
    const seats = await watching.follow('seat/status');
    const desk = await opened(t, MqttPeer.asAgent(two, ann));
    const says = (status, online) => (seat) =>
      seat.agentUid === ann.uid && seat.status === status && seat.online === online;
    await seats.item('Ann is there', says('AVAILABLE', true));
    await post(three, ann, '/api/v1/agent/update/status', { status: 'REST' });
    await seats.item('Ann rests', says('REST', true));
    for (const node of several.nodes) {
      await until(`${node.name} knows of her connection`, async () => {
        const { online, activeCount } = await get(node, bob, `/api/v1/connection/presence/${ann.uid}`);
        return online && activeCount === 1;
      });
    }
    await desk.disconnect();
    for (const node of several.nodes) {
      const presence = () => get(node, bob, `/api/v1/connection/presence/${ann.uid}`);
      await until(`${node.name} sees her go`, async () => !(await presence()).online);
    }
  });

  test('an agent takes no more visitors than it can, whichever nodes they come to at once', { timeout: LONG }, async (t) => {
    const CAPACITY = 3;
    const { ann, workgroup } = await newTeam(one, ['ann'], { capacity: CAPACITY });
    await opened(t, MqttPeer.asAgent(two, ann));
    const openings = await Promise.all(
      Array.from({ length: 9 }, (_, index) => visitorAt([one, two, three][index % 3], workgroup, `Visitor ${index}`)),
    );
    const statuses = openings.map(({ thread }) => thread.status).sort();
    assert.deepEqual(statuses, [...Array(CAPACITY).fill('CHATTING'), ...Array(9 - CAPACITY).fill('QUEUING')]);
  });

  test('of many who want the same offer, on all nodes, one has it', { timeout: LONG }, async (t) => {
    const { ann, bob, workgroup } = await newTeam(one, ['ann', 'bob'], { capacity: 5 });
    const seat = (agent, status) => post(one, agent, '/api/v1/agent/update/status', { status });
    await opened(t, MqttPeer.asAgent(two, ann));
    await opened(t, MqttPeer.asAgent(three, bob));
    await seat(bob, 'BUSY');
    const vera = await visitorAt(one, workgroup, 'Vera');
    await seat(bob, 'AVAILABLE');
    await post(two, ann, '/api/v1/thread/transfer/create', { topic: vera.topic, agentUid: bob.uid });
    const answers = await Promise.allSettled(
      several.nodes.flatMap((node) => [
        post(node, bob, '/api/v1/thread/transfer/accept', { topic: vera.topic }),
        post(node, bob, '/api/v1/thread/transfer/reject', { topic: vera.topic }),
      ]),
    );
    assert.ok(answers.some(({ status }) => status === 'fulfilled'));
    const log = await history(one, vera);
    assert.equal(log.filter(({ type }) => /^TRANSFER_/.test(type)).length, 1, log.map(({ type }) => type).join());
  });

  test('a notice that is posted on one node is shown on the others, and read once it is read on one', { timeout: LONG }, async (t) => {
    const vera = await newVisitor(one, 'Vera');
    const page = await opened(t, StompPeer.withToken(two, vera));
    const feed = await page.subscribe('/user/topic/all');
    const { id } = await postNotice(one, { user: vera.uid, title: 'Your order is on its way' });
    await feed.item('the notice', ({ data }) => data.sysMsgNums === 1 && data.sysMsgList.length === 1);
    const { sysMsgNums } = await new HttpNotices(three, vera).read({ id });
    assert.equal(sysMsgNums, 0);
    await until('it is read', () => feed.messages.at(-1).data.sysMsgNums === 0);
  });

  test('each message of a shared subscription reaches one member, on whatever node', { timeout: LONG }, async (t) => {
    const members = await Promise.all([one, two, three].map((node) => mqttService(t, node)));
    for (const member of members) {
      await member.subscribe('$share/group/cluster/jobs', { qos: 1 });
    }
    const senders = await Promise.all([one, three].map((node) => mqttService(t, node)));
    const texts = numbers(30);
    for (const [index, text] of texts.entries()) {
      await senders[index % 2].publish('cluster/jobs', text);
    }
    const heard = () => members.flatMap((member) => member.texts('cluster/jobs'));
    await until('all of them', () => heard().length >= texts.length);
    assert.deepEqual(heard().sort((a, b) => a - b), texts);
  });

  test('a durable subscription of STOMP goes on from another node', { timeout: LONG }, async (t) => {
    const [reader, sender] = [await serviceOn(t, one), await serviceOn(t, three)];
    const feed = await reader.subscribe('/topic/cluster.news', DURABLE);
    await sender.publish('/topic/cluster.news', 'live', PERSISTENT);
    await until('the live one', () => feed.received.length === 1);
    await reader.disconnect();
    for (const text of ['1', '2', '3']) {
      await sender.publish('/topic/cluster.news', text, PERSISTENT);
    }
    const again = await serviceOn(t, two);
    const resumed = await again.subscribe('/topic/cluster.news', DURABLE);
    await sender.publish('/topic/cluster.news', 'new', PERSISTENT);
    await until('all', () => resumed.received.length >= 4);
    assert.deepEqual(resumed.received.map(({ frame }) => frame.body), ['1', '2', '3', 'new']);
    resumed.subscription.unsubscribe({ durable: 'true' });
  });

  test('what was said on one node is found on the others', { timeout: LONG }, async (t) => {
    const { ann, workgroup } = await newTeam(one, ['ann']);
    await opened(t, MqttPeer.asAgent(two, ann));
    const vera = await visitorAt(three, workgroup, 'Vera');
    const content = `needle${workgroup} in the haystack`;
    await sendByHttp(one, vera, textFrom(vera, vera.thread, content));
    for (const node of several.nodes) {
      await until(`${node.name} finds it`, async () => {
        const page = await get(node, ann, '/api/v1/message/search', { q: `needle${workgroup}` });
        return page.content.some((row) => JSON.stringify(row).includes(content));
      });
    }
  });

  test('a visitor who is blocked on one node is blocked on the others', { timeout: LONG }, async (t) => {
    const { ann, workgroup } = await newTeam(one, ['ann']);
    await opened(t, MqttPeer.asAgent(two, ann));
    const vera = await visitorAt(three, workgroup, 'Vera');
    await post(two, ann, '/api/v1/black/create', { blackUid: vera.uid, reason: 'spam' });
    for (const node of several.nodes) {
      await until(`${node.name} refuses her`, () =>
        sendByHttp(node, vera, textFrom(vera, vera.thread, 'hello?')).then(
          () => false,
          ({ error }) => error === 'blacklisted',
        ),
      );
    }
    await post(three, ann, `/api/v1/black/unblock/${vera.uid}`, {});
    for (const node of several.nodes) {
      await until(`${node.name} hears her again`, () =>
        sendByHttp(node, vera, textFrom(vera, vera.thread, 'hello again')).then(
          () => true,
          () => false,
        ),
      );
    }
  });
});
