// Agents whose network lets nothing but requests through: they are there while a device of theirs says so, and no longer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import { history, newVisitor, sendByHttp, sendByHttpAsAgent, textFrom } from './conversations.js';
import { get, logIn, newTeam, post, visitorAt, WITH_ADMIN } from './desk-team.js';
import { serverForThisFile } from './harness.js';
import { StompPeer } from './stomp-peer.js';
import { until } from './waiting.js';

const RENEW = '/api/v1/connection/polling/renew';

const server = await serverForThisFile({ env: { ...WITH_ADMIN, DESKWIRE__PRESENCE__POLLING_DEVICES: '2' } });
/** Where leases are as short as the configuration allows. */
const hasty = await serverForThisFile({ env: { ...WITH_ADMIN, DESKWIRE__PRESENCE__POLLING_LEASE_S: '5' } });

const renew = (agent, device = 'page') => post(server, agent, RENEW, { device });
const end = (agent, device = 'page') => post(server, agent, '/api/v1/connection/polling/end', { device });
const presence = (of, by = of) => get(server, by, `/api/v1/connection/presence/${of.uid}`);
const inbox = async (agent) => (await get(server, agent, '/api/v1/thread/query', { pageSize: 100 })).content;
const said = async (agent, topic) =>
  (await get(server, agent, '/api/v1/message/thread/topic', { topic })).content.map(({ content }) => content);

const OFFLINE = { online: false, activeCount: 0 };

test('an agent with nothing but requests is given a visitor, and both talk', async () => {
  const { ann, workgroup } = await newTeam(server, ['ann']);
  await inbox(ann);
  await get(server, ann, '/api/v1/message/unread/count');
  assert.deepEqual(await presence(ann), OFFLINE, 'a program that reads is nobody who is there');
  const early = await visitorAt(server, workgroup, 'Early');
  assert.equal(early.thread.status, 'OFFLINE');

  assert.deepEqual(await renew(ann), { leaseS: 75 });
  assert.deepEqual(await presence(ann), { online: true, activeCount: 1 });
  const vera = await visitorAt(server, workgroup, 'Vera');
  assert.deepEqual([vera.opening.type, vera.thread.status], ['WELCOME', 'CHATTING']);
  await sendByHttp(server, vera, textFrom(vera, vera.thread, 'Where is my parcel?'));
  const [row] = await inbox(ann);
  assert.deepEqual([row.topic, row.content, row.owner], [vera.topic, 'Where is my parcel?', ann.uid]);
  await sendByHttpAsAgent(server, ann, textFrom(ann, vera.thread, 'On its way.'));
  assert.equal((await history(server, vera)).at(-1).content, 'On its way.');
  await sendByHttp(server, vera, textFrom(vera, vera.thread, 'Thank you!'));
  assert.equal((await said(ann, vera.topic))[0], 'Thank you!');
});

test('who says it no more is gone when the lease is over, as with a lost socket', async () => {
  const { ann, admin, workgroup } = await newTeam(hasty, ['ann']);
  const watching = await StompPeer.withToken(hasty, admin, { path: '/ws/agent' });
  const seats = await watching.follow('seat/status');
  const told = (online) => seats.item(`${online}`, (seat) => seat.agentUid === ann.uid && seat.online === online);
  const vera = await until('Vera is served', async () => {
    assert.deepEqual(await post(hasty, ann, RENEW, { device: 'page' }), { leaseS: 5 });
    const visitor = await visitorAt(hasty, workgroup, 'Vera');
    return visitor.thread.status === 'CHATTING' && visitor;
  });
  await told(true);
  await told(false);
  await until('Ann is gone', async () => !(await get(hasty, ann, `/api/v1/connection/presence/${ann.uid}`)).online);
  const late = await visitorAt(hasty, workgroup, 'Late');
  assert.equal(late.thread.status, 'OFFLINE');
  const [row] = (await get(hasty, ann, '/api/v1/thread/query')).content;
  assert.deepEqual([row.topic, row.status], [vera.topic, 'CHATTING'], 'what it has stays with it');
  await watching.disconnect();
});

test('who waits is given an agent as soon as one begins to poll', async () => {
  const { ann, bob, workgroup } = await newTeam(server, ['ann', 'bob']);
  const socket = await StompPeer.withToken(server, ann, { path: '/ws/agent' });
  await until('Ann is there', async () => (await presence(ann)).online);
  await visitorAt(server, workgroup, 'First');
  const second = await visitorAt(server, workgroup, 'Second');
  assert.equal(second.thread.status, 'QUEUING');
  await renew(bob);
  await until('Bob has the second', async () => (await inbox(bob)).some(({ topic }) => topic === second.topic));
  await socket.disconnect();
});

test('going, signing out and losing the right to sign in end it at once', async () => {
  const { ann, admin } = await newTeam(server, ['ann']);
  const elsewhere = await logIn(server, ann.uid);
  await renew(ann, 'page');
  await renew(elsewhere, 'phone');
  assert.equal((await presence(ann)).activeCount, 2);
  await end(ann, 'page');
  await end(ann, 'page');
  assert.equal((await presence(ann)).activeCount, 1, 'the other one is there still');
  await renew(ann, 'page');
  await post(server, ann, '/api/v1/user/logout', {});
  assert.equal((await presence(elsewhere)).activeCount, 1, 'what the ended token has let in is gone');
  await assert.rejects(renew(ann), { status: 401, error: 'token_revoked' });
  await renew(elsewhere, 'phone');
  await post(server, admin, '/api/v1/agent/update/enabled', { uid: ann.uid, enabled: false });
  assert.deepEqual(await presence(ann, admin), OFFLINE);
});

test('of too many devices those count that were heard last', async () => {
  const { ann } = await newTeam(server, ['ann']);
  for (const device of ['one', 'two', 'three']) {
    await renew(ann, device);
  }
  assert.equal((await presence(ann)).activeCount, 2);
});

test('only agents say it, of devices with a name', async () => {
  const { ann } = await newTeam(server, ['ann']);
  for (const device of ['', 'x'.repeat(129)]) {
    await assert.rejects(renew(ann, device), /1 to 128 bytes/);
  }
  const visitor = await newVisitor(server);
  await assert.rejects(renew(visitor), { status: 403 });
  await assert.rejects(call(server.url, RENEW, { body: { device: 'page' } }), { status: 401 });
});
