// One desk on three nodes: whoever is on another node hears, is heard and is served as if there were one.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, messageFrom, newVisitor, sendByHttp, textFrom } from '../conversations.js';
import { get, logIn, newTeam, post, visitorAt } from '../desk-team.js';
import { MqttPeer } from '../mqtt-peer.js';
import { push } from '../pushes.js';
import { mqttService, newClientId, SERVICE } from '../service-account.js';
import { StompPeer } from '../stomp-peer.js';
import { soon, until } from '../waiting.js';
import { violations } from './checker.js';
import { History } from './history.js';
import { MqttAgent } from './mqtt-client.js';
import { opened, severalNodes, skip } from './several-nodes.js';
import { StompPerson } from './stomp-client.js';

const FROM_THE_BEGINNING = { headers: { 'after-seq': '0' } };
const OPAQUE = { json: false };

/** Milliseconds: a story that hangs must not keep the others from being told. */
const LONG = 90_000;

const several = severalNodes();

const isOf = (wanted) => ({ type }) => type === wanted;
const serviceOn = (t, node) => opened(t, StompPeer.connect(node, { headers: SERVICE }));

/** What is the same for everybody: the log as this node gives it. */
const logOn = async (node, visitor) => (await history(node, visitor)).map(({ seq, uid, type }) => ({ seq, uid, type }));

describe('three nodes', { skip }, () => {
  let [one, two, three] = [];
  before(() => {
    [one, two, three] = several.nodes;
  });

  test('from the queue to the rating: a visitor, an agent and requests on a node each', { timeout: LONG }, async (t) => {
    const { ann, workgroup } = await newTeam(one, ['ann']);
    const desk = await opened(t, MqttPeer.asAgent(two, ann));
    // Somebody else is served first, so that Vera waits.
    const wim = await visitorAt(three, workgroup, 'Wim');
    assert.equal(wim.thread.status, 'CHATTING', 'an agent on another node is online');
    const vera = await visitorAt(one, workgroup, 'Vera');
    assert.equal(vera.opening.type, 'QUEUE');
    const page = await opened(t, StompPeer.withToken(one, vera, { device: 'page' }));
    const seen = await page.follow(vera.topic, FROM_THE_BEGINNING);
    await desk.send(messageFrom(ann, wim.thread, { type: 'AGENT_CLOSED', content: '' }));
    const { message: welcome } = await seen.item('WELCOME', isOf('WELCOME'));
    assert.equal(welcome.user.uid, ann.uid);

    const question = textFrom(vera, vera.thread, 'Is it in stock?');
    await page.send(vera.topic, question);
    assert.equal((await desk.message(question.uid)).content, question.content);
    await desk.send(messageFrom(ann, vera.thread, { type: 'READ', content: question.uid }));
    await seen.item('READ', ({ type, content }) => type === 'READ' && content === question.uid);
    const answer = textFrom(ann, vera.thread, 'It is.');
    await desk.send(answer);
    await seen.message(answer.uid);
    const more = textFrom(vera, vera.thread, 'And in blue?');
    const { seq } = JSON.parse(await sendByHttp(three, vera, more));
    assert.equal((await desk.message(more.uid)).seq, seq);
    assert.deepEqual(JSON.parse(await sendByHttp(two, vera, more)).seq, seq, 'a repeat on another node gets the first answer');

    const invited = await post(three, ann, '/api/v1/thread/rating/invite', { topic: vera.topic, content: 'How was it?' });
    await seen.message(invited.uid);
    const extra = JSON.stringify({ score: 5, resolved: true, content: 'kind' });
    const rating = { ...messageFrom(vera, vera.thread, { type: 'RATE_SUBMIT', content: invited.uid }), extra };
    await page.send(vera.topic, rating);
    await desk.message(rating.uid);
    await post(one, ann, '/api/v1/thread/close', { topic: vera.topic });
    await seen.item('the end', isOf('AGENT_CLOSED'));

    const log = await logOn(one, vera);
    assert.deepEqual(log.map((entry) => entry.seq), log.map((_entry, index) => index + 1));
    assert.deepEqual(await logOn(two, vera), log);
    assert.deepEqual(await logOn(three, vera), log);
    assert.deepEqual(seen.seqs, log.map((entry) => entry.seq));
  });

  test('who writes is seen to write on other nodes', { timeout: LONG }, async (t) => {
    const { ann, workgroup } = await newTeam(one, ['ann']);
    const desk = await opened(t, MqttPeer.asAgent(two, ann));
    const vera = await visitorAt(one, workgroup, 'Vera');
    const page = await opened(t, StompPeer.withToken(three, vera));
    await page.follow(vera.topic);
    await desk.item('WELCOME', isOf('WELCOME'));
    await page.send(vera.topic, messageFrom(vera, vera.thread, { type: 'TYPING', content: '' }));
    await desk.item('TYPING', isOf('TYPING'));
  });

  test('live topics go from STOMP to MQTT and back between nodes, byte for byte', { timeout: LONG }, async (t) => {
    const stomp = await serviceOn(t, one);
    const mqtt = await mqttService(t, two);
    const feed = await stomp.subscribe('/topic/cluster/live', OPAQUE);
    await mqtt.subscribe(['cluster/live', 'cluster/+/deep']);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await mqtt.publish('cluster/live', bytes);
    assert.deepEqual(Buffer.from((await until('the bytes', () => feed.received[0])).frame.binaryBody), bytes);
    await stomp.publish('/topic/cluster/live', 'from STOMP', { origin: 'one' });
    await until('the text', () => mqtt.texts('cluster/live').includes('from STOMP'));
    await stomp.publish('/topic/cluster/any/deep', 'by a wildcard');
    assert.equal(String((await mqtt.first('cluster/any/deep')).payload), 'by a wildcard');
    // Each came once: the last message is behind all others.
    await mqtt.publish('cluster/live', 'last');
    await until('the last', () => mqtt.texts('cluster/live').includes('last'));
    assert.equal(mqtt.in('cluster/live').length, 3);
  });

  test('what is retained on one node is told on every other, until it is taken away', { timeout: LONG }, async (t) => {
    const sender = await mqttService(t, one);
    await sender.publish('cluster/retained', 'value', { retain: true });
    for (const node of [two, three]) {
      const late = await mqttService(t, node);
      await late.subscribe('cluster/retained');
      const packet = await late.first('cluster/retained');
      assert.deepEqual([String(packet.payload), packet.retain], ['value', true]);
    }
    await sender.publish('cluster/retained', '', { retain: true });
    await until('it is taken away everywhere', async () => {
      const late = await mqttService(t, three);
      await late.subscribe('cluster/retained');
      await late.subscribe('cluster/fence');
      await late.publish('cluster/fence', '');
      await late.first('cluster/fence');
      return late.in('cluster/retained').length === 0;
    });
  });

  test('what is sent to a user reaches its sessions on all nodes', { timeout: LONG }, async (t) => {
    const vera = await newVisitor(one, 'Vera');
    const sessions = await Promise.all([one, two].map((node) => opened(t, StompPeer.withToken(node, vera))));
    const feeds = await Promise.all(sessions.map((peer) => peer.subscribe('/user/queue/offers')));
    await push(three, vera.uid, { destination: '/queue/offers', payload: { off: 10 } });
    for (const feed of feeds) {
      assert.deepEqual((await feed.item('the offer', () => true)).message, { off: 10 });
    }
    const robot = await serviceOn(t, three);
    await robot.publish(`/user/${vera.uid}/queue/offers`, JSON.stringify({ off: 20 }));
    for (const feed of feeds) {
      await feed.item('the second offer', ({ off }) => off === 20);
      assert.equal(feed.received.length, 2);
    }
  });

  test('who signs out on one node is out on all of them', { timeout: LONG }, async (t) => {
    const { ann } = await newTeam(one, ['ann']);
    const other = await logIn(three, ann.uid);
    const stomp = await opened(t, StompPeer.withToken(two, ann));
    const mqtt = await opened(t, MqttPeer.asAgent(three, ann, { device: 'phone' }));
    const kept = await opened(t, StompPeer.withToken(two, other));
    await post(one, ann, '/api/v1/user/logout', {});
    assert.match(await stomp.refusal(), /has ended/);
    await soon('MQTT is cut', mqtt.closed);
    for (const node of several.nodes) {
      await until(`the token is over on ${node.name}`, () =>
        get(node, ann, '/api/v1/user/profile').then(
          () => false,
          ({ status }) => status === 401,
        ),
      );
    }
    await kept.subscribe('/user/queue/notify');
  });

  test('settings that are changed on one node hold on the others', { timeout: LONG }, async () => {
    const { admin, workgroup } = await newTeam(one, ['ann']);
    for (const [node, words] of [[two, 'We are away.'], [three, 'We are still away.']]) {
      await post(node, admin, '/api/v1/settings/update', { uid: workgroup, settings: { leaveMessage: words } });
      for (const other of several.nodes) {
        await until(`${other.name} says ${words}`, async () => {
          const { opening } = await visitorAt(other, workgroup, 'Vera');
          return JSON.parse(opening.content).content === words;
        });
      }
    }
  });

  test('a work queue gives each message to one of the consumers, on whatever nodes', { timeout: LONG }, async (t) => {
    const consumers = await Promise.all([one, two, three].map((node) => serviceOn(t, node)));
    const options = { ...OPAQUE, ack: 'client-individual' };
    const feeds = await Promise.all(consumers.map((peer) => peer.subscribe('/queue/cluster', options)));
    const sender = await serviceOn(t, one);
    const numbers = Array.from({ length: 20 }, (_, number) => String(number));
    for (const number of numbers) {
      await sender.publish('/queue/cluster', number, { persistent: 'true' });
    }
    const bodies = () => feeds.flatMap(({ received }) => received.map(({ frame }) => frame.body));
    await until('all of them', () => bodies().length >= numbers.length);
    assert.deepEqual(bodies().sort(), [...numbers].sort());
  });

  test('an MQTT session moves to another node with what waits for it', { timeout: LONG }, async (t) => {
    const options = { clientId: newClientId(), clean: false };
    const before = await mqttService(t, one, options);
    await before.subscribe('cluster/away', { qos: 1 });
    await before.disconnect();
    const sender = await mqttService(t, three);
    for (const text of ['1', '2', '3']) {
      await sender.publish('cluster/away', text);
    }
    const back = await mqttService(t, two, options);
    assert.equal(back.connack.sessionPresent, true);
    await sender.publish('cluster/away', 'live');
    await until('all', () => back.texts('cluster/away').includes('live'));
    assert.deepEqual(back.texts('cluster/away'), ['1', '2', '3', 'live']);
  });

  test('a client that connects to another node takes its session over', { timeout: LONG }, async (t) => {
    const options = { clientId: newClientId(), clean: false, protocolVersion: 5, properties: { sessionExpiryInterval: 600 } };
    const first = await mqttService(t, one, options);
    await first.subscribe('cluster/moved', { qos: 1 });
    const second = await mqttService(t, two, options);
    await soon('the first connection is cut', first.closed);
    assert.equal(second.connack.sessionPresent, true);
    const sender = await mqttService(t, three);
    await sender.publish('cluster/moved', 'here');
    await second.first('cluster/moved');
    assert.equal(first.in('cluster/moved').length, 0);
  });

  test('the node of the agent is killed in mid-sentence: nothing is lost, nothing comes twice', { timeout: LONG }, async (t) => {
    const record = new History();
    const { ann, workgroup } = await newTeam(one, ['ann']);
    const { balancer } = several.cluster;
    const desk = new MqttAgent({ history: record, server: { stream: () => two.stream('mqtt') }, name: 'desk', person: ann });
    const tablet = new StompPerson({ history: record, server: balancer, name: 'tablet', person: ann, path: '/ws/agent' });
    t.after(() => Promise.all([desk.stop(), tablet.stop()]));
    await until('Ann is there', () => desk.client.connected && tablet.client.connected);
    const vera = await visitorAt(three, workgroup, 'Vera');
    const page = new StompPerson({ history: record, server: one, name: 'page', person: vera, topic: vera.topic });
    t.after(() => page.stop());
    const said = [];
    const say = (client, person, number) => said.push(client.send(textFrom(person, vera.thread, String(number))));
    for (let number = 0; number < 10; number += 1) {
      say(page, vera, number);
      say(desk, ann, number);
      if (number === 4) {
        await two.kill();
      }
    }
    say(tablet, ann, 'from the tablet');
    // Her desk finds another node.
    desk.client.options.port = Number(new URL(three.stream('mqtt').replace('mqtt', 'http')).port);
    await several.cluster.heal();
    assert.deepEqual(await Promise.all(said), said.map(() => true));
    const log = await history(one, vera);
    const readers = [page, desk, tablet];
    for (const client of readers) {
      await until(`${client.name} has all`, () => client.reached(vera.topic) >= log.length);
    }
    const complete = readers.map(({ name }) => ({ client: name, conversation: vera.topic }));
    const agents = new Map([['desk', ann.uid], ['tablet', ann.uid]]);
    assert.deepEqual(violations({ history: record, logs: new Map([[vera.topic, log]]), complete, agents }), []);
  });

  test('an order card runs out once though the node that it was sent to is killed', { timeout: LONG }, async (t) => {
    const { ann, workgroup } = await newTeam(one, ['ann']);
    const desk = await opened(t, MqttPeer.asAgent(two, ann));
    const vera = await visitorAt(three, workgroup, 'Vera');
    const cards = [one, two, three].map((node, index) => {
      const content = JSON.stringify({ name: `Deposit ${index}`, price: '9.9', countdownSeconds: 3 });
      const card = messageFrom(ann, vera.thread, { type: 'ORDER_CARD', content });
      return { node, card };
    });
    for (const { node, card } of cards) {
      await call(node.url, '/api/v1/message/rest/send', { token: ann.accessToken, body: { json: JSON.stringify(card) } });
    }
    await one.kill();
    desk.client.end(true);
    const expired = async (node) => (await history(node, vera)).filter(isOf('ORDER_CARD_EXPIRE'));
    if (two !== one) {
      await until('all cards run out without the node', async () => (await expired(two)).length >= cards.length);
    }
    await several.cluster.heal();
    await until('all cards run out', async () => (await expired(one)).length >= cards.length);
    // Something behind them: no timer of the node that is back has fired again.
    await sendByHttp(one, vera, textFrom(vera, vera.thread, 'last'));
    assert.equal((await expired(two)).length, cards.length);
  });
});

describe('without stickiness', { skip }, () => {
  for (const transport of ['websocket', 'xhr-streaming', 'xhr-polling', 'eventsource']) {
    test(`SockJS over ${transport} through the balancer`, { timeout: LONG }, async (t) => {
      const { balancer, nodes } = several.cluster;
      const record = new History();
      const { ann, workgroup } = await newTeam(balancer, ['ann']);
      const desk = await opened(t, MqttPeer.asAgent(nodes.at(-1), ann));
      const vera = await visitorAt(balancer, workgroup, 'Vera');
      const { topic } = vera;
      const options = { history: record, server: balancer, name: 'page', person: vera, topic };
      const page = new StompPerson({ ...options, sockjs: [transport] });
      t.after(() => page.stop());
      for (let number = 0; number < 5; number += 1) {
        const question = textFrom(vera, vera.thread, `question ${number}`);
        assert.equal(await page.send(question), true);
        const { seq } = await desk.message(question.uid);
        const answer = textFrom(ann, vera.thread, `answer ${number}`);
        await desk.send(answer);
        await until('the answer', () => page.reached(vera.topic) > seq);
      }
      const log = await history(balancer, vera);
      await until('all of it', () => page.reached(vera.topic) >= log.length);
      const complete = [{ client: 'page', conversation: vera.topic }];
      // What the agent said is not in this record yet.
      const anns = log.filter(({ user }) => user.uid === ann.uid);
      anns.forEach(({ uid }) => record.sent({ client: 'desk', conversation: topic, uid, via: 'mqtt' }));
      assert.deepEqual(violations({ history: record, logs: new Map([[vera.topic, log]]), complete }), []);
    });
  }

  test('one node after the other is restarted while people talk', { timeout: LONG }, async (t) => {
    const { balancer } = several.cluster;
    const record = new History();
    const { ann, workgroup } = await newTeam(balancer, ['ann']);
    const desk = new MqttAgent({ history: record, server: balancer, name: 'desk', person: ann });
    t.after(() => desk.stop());
    await until('Ann is there', () => desk.client.connected);
    const vera = await visitorAt(balancer, workgroup, 'Vera');
    const page = new StompPerson({ history: record, server: balancer, name: 'page', person: vera, topic: vera.topic });
    t.after(() => page.stop());
    let over = false;
    const talking = (async () => {
      for (let number = 0; !over; number += 1) {
        assert.equal(await page.send(textFrom(vera, vera.thread, `question ${number}`)), true);
        assert.equal(await desk.send(textFrom(ann, vera.thread, `answer ${number}`)), true);
      }
    })();
    await several.cluster.rollingRestart();
    over = true;
    await talking;
    const log = await history(balancer, vera);
    for (const client of [page, desk]) {
      await until(`${client.name} has all`, () => client.reached(vera.topic) >= log.length);
    }
    const complete = ['page', 'desk'].map((client) => ({ client, conversation: vera.topic }));
    const run = { history: record, logs: new Map([[vera.topic, log]]), complete, agents: new Map([['desk', ann.uid]]) };
    assert.deepEqual(violations(run), []);
  });
});
