// Notices: who gets them, on which protocols, and that all devices agree on them whatever happens in between.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logInAgent, newVisitor } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { HttpNotices, post, tryPosting, withdraw } from './notices.js';
import { generator, seed } from './seeded-random.js';
import { mqttService, newClientId, WITH_SERVICE } from './service-account.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const FEED = '/user/topic/all';
const LISTED = 20;

/** Accounts that may post to one user, and to nobody although they may send to all topics. */
const ACCOUNTS = `
[[service_accounts]]
name = 'narrow'
secret = 's'
publish = ['user/someone/notices']

[[service_accounts]]
name = 'wide'
secret = 's'
publish = ['#']
`;

const folder = await mkdtemp(join(tmpdir(), 'deskwire-e2e-'));
after(() => rm(folder, { recursive: true }));
await writeFile(join(folder, 'accounts.toml'), ACCOUNTS);

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    DESKWIRE_ADMIN_PASSWORD: 'of one who is never here',
    DESKWIRE__NOTICES__BYTES: '1024',
    DESKWIRE__NOTICES__POSTS_PER_SECOND: '1000000',
    DESKWIRE__LIMITS__VISITOR_MESSAGES_PER_SECOND: '1000000',
    DESKWIRE_CONFIG: join(folder, 'accounts.toml'),
  },
});
let agent;

before(async () => {
  agent = await logInAgent(server);
});

/** What a feed shows: frames laid over each other, as a page does. */
class Shown {
  /** @param {string} body of a frame. */
  take(body) {
    const { data } = JSON.parse(body);
    for (const [key, value] of Object.entries(data)) {
      if (value !== null) {
        this[key] = value;
      }
    }
  }

  get titles() {
    return this.sysMsgList?.map(({ title }) => title);
  }
}

/** A connection of `person` on STOMP that listens to its notices until the test ends. */
async function onStomp(t, person) {
  const peer = await StompPeer.withToken(server, person);
  t.after(() => peer.cut());
  const shown = new Shown();
  peer.client.subscribe(FEED, ({ body }) => shown.take(body));
  return { shown, peer };
}

/** The same on MQTT. */
async function onMqtt(t, person) {
  const device = newClientId().split('/').at(-1);
  const options = { clientId: `${person.uid}/web/${device}`, password: person.accessToken, clean: true };
  const peer = await MqttPeer.connect(server, { username: person.uid, ...options });
  t.after(() => peer.client.end(true));
  const [shown, topic] = [new Shown(), `user/${person.uid}/notices`];
  peer.client.on('message', (name, payload) => name === topic && shown.take(payload.toString()));
  await peer.subscribe(topic);
  return { shown, peer };
}

const shows = (what, { shown }, titles) =>
  until(`${what} shows ${titles}`, () => JSON.stringify(shown.titles) === JSON.stringify(titles));

test('STOMP, MQTT and HTTP show the same', async (t) => {
  const person = await newVisitor(server);
  const http = new HttpNotices(server, person);
  const [stomp, mqtt] = [await onStomp(t, person), await onMqtt(t, person)];
  await Promise.all([shows('STOMP', stomp, []), shows('MQTT', mqtt, [])]);
  const { id } = await post(server, { user: person.uid, title: 'one', menuKey: 'a' });
  await post(server, { user: person.uid, title: 'two' });
  await Promise.all([shows('STOMP', stomp, ['two', 'one']), shows('MQTT', mqtt, ['two', 'one'])]);
  const { data } = await http.feed();
  assert.deepEqual({ ...stomp.shown }, { ...mqtt.shown });
  assert.deepEqual({ ...stomp.shown, onlineUserNums: null, extraData: null }, data);
  assert.deepEqual(await http.read({ id }), { read: 1, sysMsgNums: 1, menuTipsMap: {} });
  await Promise.all([shows('STOMP', stomp, ['two']), shows('MQTT', mqtt, ['two'])]);
});

test('a notice is for a user, a role or everybody of the organisation, and for nobody else', async () => {
  const [ann, bob] = [await newVisitor(server), await newVisitor(server)];
  const everyone = [agent, ann, bob].map((person) => new HttpNotices(server, person));
  for (const [audience, meant] of [
    [{ user: ann.uid }, [false, true, false]],
    [{ user: agent.uid }, [true, false, false]],
    [{ role: 'AGENT' }, [true, false, false]],
    [{ role: 'ADMIN' }, [false, false, false]],
    [{ role: 'VISITOR' }, [false, true, true]],
    [{ everybody: true }, [true, true, true]],
  ]) {
    const { id, recipients } = await post(server, { ...audience, title: 't' });
    assert.ok(recipients >= meant.filter(Boolean).length);
    const have = everyone.map(async (one) => (await one.history()).content.some((notice) => notice.id === id));
    assert.deepEqual(await Promise.all(have), meant, JSON.stringify(audience));
    await Promise.all(everyone.map((one) => one.read({ all: true })));
  }
});

test('a notice is refused from who may not, for who is not there, and when it makes no sense', async () => {
  const { uid } = await newVisitor(server);
  const good = { user: uid, title: 't' };
  for (const [notice, options, status, reason] of [
    [good, { key: 'nobody:x' }, 401, /secret/],
    [good, { key: 'narrow:s' }, 403, /no right/],
    [good, { key: 'wide:s' }, 403, /no right/],
    [{ role: 'AGENT', title: 't' }, { key: 'narrow:s' }, 403, /no right/],
    [{ user: 'someone', title: 't' }, { key: 'narrow:s' }, 200, /nobody of this organisation/],
    [{ title: 't' }, {}, 200, /exactly one/],
    [{ ...good, everybody: true }, {}, 200, /exactly one/],
    [{ ...good, title: '' }, {}, 200, /title/],
    [{ ...good, title: 'x'.repeat(1025) }, {}, 200, /1024 bytes/],
    [{ ...good, metaData: [] }, {}, 200, /metaData/],
    [{ ...good, expiresAt: 1 }, {}, 200, /expired/],
    [{ ...good, businessId: '\n' }, {}, 200, /businessId/],
  ]) {
    const { status: got, answer } = await tryPosting(server, notice, options);
    assert.deepEqual([got, answer.code === 200], [status, false], JSON.stringify(answer));
    assert.match(answer.message, reason);
  }
  const denied = await fetch(new URL('/api/v1/notices/feed', server.url));
  assert.equal(denied.status, 401);
});

test('what is posted again under its name is the same notice', async () => {
  const person = await newVisitor(server);
  const http = new HttpNotices(server, person);
  const notice = { user: person.uid, title: 'first', businessId: `todo-${person.uid}` };
  const posts = await Promise.all(Array.from({ length: 8 }, () => post(server, notice)));
  assert.equal(new Set(posts.map(({ id }) => id)).size, 1);
  assert.equal(posts.filter(({ repeated }) => !repeated).length, 1);
  const key = { 'idempotency-key': `key-${person.uid}` };
  const second = await post(server, { user: person.uid, title: 'second' }, key);
  assert.deepEqual(await post(server, { user: person.uid, title: 'second' }, key), second);
  await assert.rejects(post(server, { user: person.uid, title: 'x' }, key), /key_reused/);
  // What was kept in memory is gone, the name in the store is not.
  await server.kill();
  await server.restart();
  assert.deepEqual(await post(server, { user: person.uid, title: 'second' }, key), { ...second, repeated: true });
  assert.deepEqual((await http.feed()).data.sysMsgList.map(({ title }) => title), ['second', 'first']);
});

test('numbers are of all unread notices, by menu, and the list of the newest', async (t) => {
  const person = await newVisitor(server);
  const { shown } = await onStomp(t, person);
  const http = new HttpNotices(server, person);
  for (let number = 1; number <= LISTED + 5; number += 1) {
    await post(server, { user: person.uid, title: `${number}`, menuKey: ['a', 'b', ''][number % 3] });
  }
  await until('all are counted', () => shown.sysMsgNums === LISTED + 5);
  assert.deepEqual([shown.sysMsgList.length, shown.titles[0]], [LISTED, `${LISTED + 5}`]);
  assert.deepEqual(shown.menuTipsMap, { a: 8, b: 9 });
  assert.equal((await http.read({ all: true, menuKey: 'a' })).read, 8);
  await until('a menu is read', () => shown.sysMsgNums === 17);
  assert.deepEqual(shown.menuTipsMap, { b: 9 });
  const oldest = shown.sysMsgList.at(-1).seq;
  await http.read({ all: true, upToSeq: oldest });
  const { data } = await http.feed();
  await until('the rest is what came later', () => shown.sysMsgNums === data.sysMsgNums);
  assert.ok(data.sysMsgList.every(({ seq }) => seq > oldest));
});

test('history is paged by position and goes on while notices come', async () => {
  const person = await newVisitor(server);
  const http = new HttpNotices(server, person);
  for (let number = 1; number <= 7; number += 1) {
    await post(server, { user: person.uid, title: `${number}` });
  }
  await http.read({ all: true, upToSeq: 5 });
  const seqs = [];
  let before;
  do {
    const page = await http.history({ size: 3, ...(before && { before }) });
    seqs.push(...page.content.map(({ seq }) => seq));
    before = page.next;
    await post(server, { user: person.uid, title: 'meanwhile' });
  } while (before);
  assert.deepEqual(seqs, [7, 6, 5, 4, 3, 2, 1]);
  const read = (await http.history({ size: 100 })).content.filter((notice) => notice.read);
  assert.deepEqual(read.map(({ seq }) => seq), [5, 4, 3, 2, 1]);
  assert.ok(read.every(({ readAt }) => readAt > 0));
});

test('what is withdrawn or expires goes from the page by itself', async (t) => {
  const person = await newVisitor(server);
  const page = await onStomp(t, person);
  const businessId = `w-${person.uid}`;
  await post(server, { user: person.uid, title: 'withdrawn', businessId });
  await post(server, { user: person.uid, title: 'short', expiresAt: Date.now() + 2000 });
  await shows('the page', page, ['short', 'withdrawn']);
  await withdraw(server, { businessId });
  await shows('the page', page, ['short']);
  await shows('the page', page, []);
  const history = await new HttpNotices(server, person).history();
  assert.deepEqual(history.content.map(({ title }) => title), ['short']);
});

test('agents hear how many users are online, and visitors do not', async (t) => {
  const desk = await onStomp(t, agent);
  const visitor = await newVisitor(server);
  const theirs = await onStomp(t, visitor);
  await until('the agent knows', () => desk.shown.onlineUserNums >= 2);
  const many = desk.shown.onlineUserNums;
  const second = await onStomp(t, visitor);
  const other = await onStomp(t, await newVisitor(server));
  await until('one more is online', () => desk.shown.onlineUserNums === many + 1);
  second.peer.cut();
  other.peer.cut();
  await until('one less is online', () => desk.shown.onlineUserNums === many);
  assert.equal((await new HttpNotices(server, agent).feed()).data.onlineUserNums, many);
  assert.equal(theirs.shown.onlineUserNums, undefined);
});

test('a user does not hear another’s notices', async (t) => {
  const [ann, bob] = [await newVisitor(server), await newVisitor(server)];
  const spy = await StompPeer.withToken(server, bob);
  t.after(() => spy.cut());
  spy.client.subscribe(`/topic/user/${ann.uid}/notices`, () => assert.fail('it hears'));
  assert.match(await spy.refusal(), /not allowed/);
  // An account that may listen to all topics hears none of it either.
  const robot = await mqttService(t, server);
  await robot.subscribe(['#', '+/+/notices']);
  const page = await onMqtt(t, ann);
  const { id } = await post(server, { user: ann.uid, title: 't' });
  await shows('its own user', page, ['t']);
  await robot.publish('marker', 'm');
  await robot.first('marker');
  assert.deepEqual(robot.received.map(({ topic }) => topic).filter((topic) => topic !== 'marker'), []);
  assert.deepEqual(await new HttpNotices(server, bob).read({ id }), { read: 0, sysMsgNums: 0, menuTipsMap: {} });
  assert.equal((await new HttpNotices(server, ann).feed()).data.sysMsgNums, 1);
});

test('what was acknowledged is there after a kill, and devices agree after random cuts', async (t) => {
  const person = await newVisitor(server);
  const http = new HttpNotices(server, person);
  t.diagnostic(`DESKWIRE_E2E_SEED=${seed}`);
  const random = generator(seed);
  const below = (limit) => Math.floor(random() * limit);
  const pick = (choices) => choices[below(choices.length)];
  let devices = [await onStomp(t, person), await onMqtt(t, person)];
  const unread = new Map();
  for (let step = 1; step <= 60; step += 1) {
    const action = pick(['post', 'post', 'post', 'read', 'withdraw', 'cut', 'all']);
    const known = [...unread.keys()];
    if (action === 'post') {
      const title = `${step}`;
      unread.set((await post(server, { user: person.uid, title })).id, title);
    } else if (action === 'cut') {
      await devices.shift().peer.cut();
      devices.push(await pick([onStomp, onMqtt])(t, person));
    } else if (action === 'all' && below(4) === 0) {
      await http.read({ all: true });
      unread.clear();
    } else if (known.length > 0) {
      const id = pick(known);
      await (action === 'read' ? http.read({ id }) : withdraw(server, { id }));
      unread.delete(id);
    }
    if (step === 40) {
      await server.kill();
      await server.restart();
      devices = [await onMqtt(t, person), await onStomp(t, person)];
    }
  }
  const titles = [...unread.values()].reverse();
  assert.equal((await http.feed()).data.sysMsgNums, titles.length);
  for (const device of devices) {
    await shows('each device', device, titles.slice(0, LISTED));
    assert.equal(device.shown.sysMsgNums, titles.length);
  }
});

test('posts keep to their rate', async () => {
  const slow = await serverForThisFile({ env: { ...WITH_SERVICE, DESKWIRE__NOTICES__POSTS_PER_SECOND: '2' } });
  const { uid } = await newVisitor(slow);
  const posts = await Promise.all(Array.from({ length: 12 }, () => tryPosting(slow, { user: uid, title: 't' })));
  assert.ok(posts.some(({ status }) => status === 429));
  assert.ok(posts.some(({ answer }) => answer.code === 200));
});
