// Shared subscriptions: each message goes to one member of the group.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';
import { mqttService, newClientId, rawMqttService, WITH_SERVICE } from './service-account.js';
import { until } from './waiting.js';

const MESSAGES = 300;
/** Messages of a sender on the way at once: the library does not keep to what the server allows. */
const WINDOW = 50;

const server = await serverForThisFile({ env: WITH_SERVICE, streams: ['mqtt'] });
const connect = (t, options = {}) => mqttService(t, server, { protocolVersion: 5, ...options });

const numbers = (from, to) => Array.from({ length: to - from }, (_, index) => String(from + index));
const sorted = (texts) => texts.toSorted((one, other) => one - other);

/** Publishes, not too many at once. */
async function said(sender, topic, texts, qos) {
  for (let start = 0; start < texts.length; start += WINDOW) {
    const window = texts.slice(start, start + WINDOW);
    await Promise.all(window.map((text) => sender.publish(topic, text, { qos })));
  }
}

/** What all members of a group heard. */
const heard = (members, topic) => members.flatMap((member) => member.texts(topic));

for (const qos of [0, 1, 2]) {
  test(`QoS ${qos}: each message reaches one member, and all members get their part`, async (t) => {
    const members = [await connect(t), await connect(t), await connect(t)];
    const [sender, topic] = [await connect(t), `shared/balance/${qos}`];
    for (const member of members) {
      await member.subscribe(`$share/group/${topic}`, { qos });
    }
    const texts = numbers(0, MESSAGES);
    await said(sender, topic, texts, qos);
    await until('all messages', () => heard(members, topic).length >= MESSAGES);
    assert.deepEqual(sorted(heard(members, topic)), texts);
    for (const member of members) {
      const part = member.texts(topic);
      assert.ok(part.length >= MESSAGES / members.length / 2, `a member got ${part.length}`);
      assert.deepEqual(part, sorted(part), 'each member hears its part in order');
    }
  });
}

for (const lasting of [false, true]) {
  test(`a member dies whose session ${lasting ? 'is kept' : 'ends'}: the others go on`, async (t) => {
    const topic = `shared/dying/${lasting}`;
    const [sender, first, second] = [await connect(t), await connect(t), await connect(t)];
    const session = {
      protocolVersion: 5,
      clientId: newClientId(),
      clean: !lasting,
      ...(lasting && { properties: { sessionExpiryInterval: 600 } }),
    };
    const dying = await rawMqttService(t, server, session);
    await dying.subscribe(`$share/group/${topic}`, { qos: 1 });
    for (const member of [first, second]) {
      await member.subscribe(`$share/group/${topic}`, { qos: 1 });
    }
    const [before, after] = [numbers(0, 30), numbers(30, MESSAGES)];
    await said(sender, topic, before, 1);
    await until('all messages', () => heard([first, second], topic).length + dying.all('publish').length === 30);
    const left = dying.all('publish').map(({ payload }) => String(payload));
    assert.ok(left.length > 0);
    await dying.reset();
    // Its client id is free again when the server knows that it is gone.
    const back = await rawMqttService(t, server, session);
    if (lasting) {
      assert.deepEqual((await back.messages(left.length)).map(({ payload }) => String(payload)), left);
    }
    await back.reset();
    await rawMqttService(t, server, { ...session, clean: true });
    await said(sender, topic, after, 1);
    await until('all messages', () => heard([first, second], topic).length + left.length >= MESSAGES);
    assert.deepEqual(sorted([...left, ...heard([first, second], topic)]), numbers(0, MESSAGES));
  });
}

test('groups and ordinary subscriptions do not take from each other', async (t) => {
  const [sender, a, b, plain] = [await connect(t), await connect(t), await connect(t), await connect(t)];
  await a.subscribe(['$share/a/shared/both', 'shared/both/else'], { qos: 1 });
  await b.subscribe('$share/b/shared/+', { qos: 1 });
  await plain.subscribe('shared/#', { qos: 1 });
  for (const text of ['1', '2', '3']) {
    await sender.publish('shared/both', text);
  }
  await until('three each', () => [a, b, plain].every((peer) => peer.received.length >= 3));
  for (const peer of [a, b, plain]) {
    assert.deepEqual(peer.texts('shared/both'), ['1', '2', '3']);
  }
});

test('a member that is also subscribed by itself hears both', async (t) => {
  const [sender, member] = [await connect(t), await connect(t)];
  const named = (subscriptionIdentifier) => ({ qos: 1, properties: { subscriptionIdentifier } });
  await member.subscribe('$share/group/shared/twice', named(1));
  await member.subscribe('shared/twice', named(2));
  await sender.publish('shared/twice', 'x');
  await until('two copies', () => member.received.length === 2);
  const by = member.received.map(({ packet }) => packet.properties.subscriptionIdentifier);
  assert.deepEqual(by.toSorted(), [1, 2]);
});

test('who unsubscribes gets no more, and the rest goes on', async (t) => {
  const [sender, staying, leaving] = [await connect(t), await connect(t), await connect(t)];
  for (const member of [staying, leaving]) {
    await member.subscribe('$share/group/shared/left', { qos: 1 });
  }
  await leaving.client.unsubscribeAsync('$share/group/shared/left');
  await said(sender, 'shared/left', numbers(0, 10), 1);
  await until('all', () => staying.received.length === 10);
  assert.equal(leaving.received.length, 0);
});

test('a member with a lasting session gets what nobody else is there for', async (t) => {
  const sender = await connect(t);
  const options = { clientId: newClientId(), clean: false, properties: { sessionExpiryInterval: 600 } };
  const away = await connect(t, options);
  await away.subscribe('$share/group/shared/away', { qos: 1 });
  await away.disconnect();
  await said(sender, 'shared/away', ['1', '2'], 1);
  const online = await connect(t);
  await online.subscribe('$share/group/shared/away', { qos: 1 });
  await said(sender, 'shared/away', ['3', '4'], 1);
  await until('those who are there come first', () => online.received.length === 2);
  await online.disconnect();
  const back = await connect(t, options);
  await until('what waited', () => back.received.length >= 2);
  await sender.publish('shared/away', '5');
  await until('the next', () => back.texts('shared/away').includes('5'));
  assert.deepEqual(back.texts('shared/away'), ['1', '2', '5']);
  assert.deepEqual(online.texts('shared/away'), ['3', '4']);
});

test('retained messages do not come by a shared subscription', async (t) => {
  const [sender, member] = [await connect(t), await connect(t)];
  await sender.publish('shared/retained', 'old', { retain: true });
  await member.subscribe('$share/group/shared/retained', { qos: 1 });
  await sender.publish('shared/retained', 'new');
  await member.first('shared/retained');
  assert.deepEqual(member.texts('shared/retained'), ['new']);
});

for (const filter of ['$share/group', '$share//a', '$share/gr+up/a', '$share/gr#up/a', '$share/group/']) {
  test(`${filter} is no shared subscription`, async (t) => {
    const peer = await rawMqttService(t, server, { protocolVersion: 5 });
    peer.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] });
    await until('an answer', () => peer.all('suback').length + peer.all('disconnect').length > 0);
    const [suback] = peer.all('suback');
    const refused = suback ? suback.granted[0] >= 0x80 : peer.all('disconnect')[0].reasonCode >= 0x80;
    assert.equal(refused, true);
  });
}
