// Channels: what administrators set up, what visitors see of it, whose pages may show it, and who visitors are proven to be.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import { Refused, call } from 'deskwire-examples/rest.js';
import { AGENT, ORG, WORKGROUP, logInAgent, newVisitor, requestThread } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';

const PASSWORD = 'a password for everybody here';
const server = await serverForThisFile({
  env: { DESKWIRE_ADMIN_PASSWORD: PASSWORD, DESKWIRE__CHANNELS__PER_ORGANISATION: '12' },
});

const post = (person, path, body) => call(server.url, path, { token: person.accessToken, body });
const get = (person, path, query) => call(server.url, path, { token: person.accessToken, query });
const shown = (channel, language = 'en') =>
  call(server.url, '/visitor/api/v1/channel', { query: { channel, language } });
const introduce = (fields) => call(server.url, '/visitor/api/v1/init', { body: { orgUid: ORG, ...fields } });
const refusedAs = (name) => (error) => error instanceof Refused && error.error === name;

async function logIn(username, password = PASSWORD) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username, password } });
  return { uid: user.uid, accessToken, user: { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' } };
}

let admin;
let number = 0;

before(async () => {
  admin = await logIn('admin');
});

/** A channel that leads to the demo workgroup. */
async function channel(settings = {}) {
  number += 1;
  const body = { uid: `shop${number}`, name: 'Shop', settings: { services: [{ uid: WORKGROUP }], ...settings } };
  return post(admin, '/api/v1/channel/create', body);
}

const hashOf = (secret, id) => createHmac('sha256', secret).update(id).digest('hex');

function tokenOf(secret, claims, header = { alg: 'HS256', typ: 'JWT' }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

test('the demo shop has a channel from the first start on', async () => {
  const demo = await shown('demo', 'zh-CN');
  assert.deepEqual([demo.organisation, demo.title, demo.services], [
    ORG,
    '玉石茶具',
    [{ kind: 'workgroup', id: WORKGROUP, name: '在线客服', description: '' }],
  ]);
  assert.equal((await shown('demo')).title, 'Jade & Stone');
});

test('a channel is made, changed and dropped by administrators alone', async () => {
  const made = await channel({ title: { en: 'Jade' }, askName: true });
  assert.match(made.secret, /^dwid_[\w-]{43}$/);
  const agent = await post(admin, '/api/v1/agent/create', { username: `plain${number}`, password: PASSWORD });
  const plain = await logIn(agent.username);
  for (const path of ['create', 'update', 'delete', 'secret']) {
    await assert.rejects(post(plain, `/api/v1/channel/${path}`, { uid: made.uid, name: 'x' }), refusedAs('not_allowed'));
  }
  await assert.rejects(get(plain, '/api/v1/channel/query/org'), refusedAs('not_allowed'));
  await assert.rejects(get(plain, '/api/v1/channel/query/uid', { uid: made.uid }), refusedAs('not_allowed'));

  const { content } = await get(admin, '/api/v1/channel/query/org', { pageSize: 100 });
  assert.deepEqual(content.map(({ uid, secret }) => [uid, secret]), [['demo', undefined], [made.uid, undefined]]);
  const changed = await post(admin, '/api/v1/channel/update', {
    uid: made.uid,
    name: 'Tea shop',
    settings: { brand: '#123456', side: 'left' },
  });
  assert.deepEqual([changed.name, changed.settings.brand, changed.settings.askName], ['Tea shop', '#123456', true]);
  const seen = await shown(made.uid, 'zh-CN');
  assert.deepEqual([seen.title, seen.brand, seen.side, seen.askName], ['Jade', '#123456', 'left', true]);
  assert.equal(seen.services[0].name, 'Demo', 'a service without a name has its own');

  for (const settings of [
    { services: [] },
    { brand: 'jade' },
    { domains: ['shop.example; script-src *'] },
    { privacyUrl: 'javascript:alert(1)' },
    { colour: '#123456' },
  ]) {
    const change = post(admin, '/api/v1/channel/update', { uid: made.uid, settings });
    await assert.rejects(change, refusedAs('unacceptable_settings'), JSON.stringify(settings));
  }
  const nobody = { services: [{ uid: 'nobody' }] };
  await assert.rejects(post(admin, '/api/v1/channel/update', { uid: made.uid, settings: nobody }), refusedAs('unknown_service'));
  await assert.rejects(post(admin, '/api/v1/channel/create', { ...made, secret: undefined }), refusedAs('taken'));
  await assert.rejects(post(admin, '/api/v1/channel/create', { uid: 'a,b', name: 'x' }), refusedAs('unacceptable_settings'));

  await post(admin, '/api/v1/channel/delete', { uid: made.uid });
  await assert.rejects(shown(made.uid), refusedAs('unknown_channel'));
  await assert.rejects(get(admin, '/api/v1/channel/query/uid', { uid: made.uid }), refusedAs('unknown_channel'));
});

test('what visitors see comes from the services too', async (t) => {
  number += 1;
  const team = `team${number}`;
  await post(admin, '/api/v1/workgroup/create', { uid: team, name: 'Team', agentUids: [AGENT] });
  const faq = await post(admin, '/api/v1/faq/create', { serviceUid: team, question: 'How?', answer: 'So.' });
  const made = await channel({
    services: [
      { uid: team, name: { en: 'Sales', 'zh-CN': '售前' }, description: { en: 'Prices' } },
      { kind: 'agent', uid: AGENT },
    ],
    greeting: { en: 'Hello' },
  });
  const nobody = await shown(made.uid);
  assert.deepEqual(nobody.services.map(({ kind, name, description }) => [kind, name, description]), [
    ['workgroup', 'Sales', 'Prices'],
    ['agent', '客服小D', ''],
  ]);
  assert.deepEqual(nobody.faqs, [{ id: faq.uid, question: 'How?', answer: 'So.' }]);
  assert.deepEqual([nobody.open, nobody.hours, nobody.greeting], [false, '', 'Hello']);

  const agent = await MqttPeer.asAgent(server, await logInAgent(server));
  t.after(() => agent.disconnect());
  assert.equal((await shown(made.uid)).open, true, 'somebody is there');
  const hours = { shifts: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }], holidays: [], extraDays: [] };
  for (const uid of [team, AGENT]) {
    await post(admin, '/api/v1/settings/update', { uid, settings: { hours } });
  }
  assert.equal((await shown(made.uid)).hours, 'Mon–Fri 9:00–18:00');
  assert.equal((await shown(made.uid, 'zh-CN')).hours, '周一至周五 9:00–18:00');
  const closed = { ...hours, shifts: [{ days: [], from: '09:00', to: '18:00' }] };
  for (const uid of [team, AGENT]) {
    await post(admin, '/api/v1/settings/update', { uid, settings: { hours: closed } });
  }
  assert.equal((await shown(made.uid)).open, false, 'they are there, but the services are closed');
  await post(admin, '/api/v1/settings/update', { uid: AGENT, settings: { hours: { ...hours, shifts: [] } } });
});

test('a channel is shown by the pages that it names, at once and after a restart', async () => {
  const page = async (query, headers = {}) => {
    const answer = await fetch(`${server.url}/chat/${query}`, { headers });
    const policy = answer.headers.get('content-security-policy') ?? '';
    return { status: answer.status, tag: answer.headers.get('etag'), framed: policy.split('; ').at(-1) };
  };
  const made = await channel();
  const address = `?embed&channel=${made.uid}`;
  const open = await page(address);
  assert.equal(open.framed, 'frame-ancestors *');
  assert.equal((await page(address, { 'if-none-match': open.tag })).status, 304);
  const domains = ['https://Shop.example/start', '*.shop.example', '127.0.0.1:8080'];
  const changed = await post(admin, '/api/v1/channel/update', { uid: made.uid, settings: { domains } });
  assert.deepEqual(changed.settings.domains, ['https://shop.example', '*.shop.example', '127.0.0.1:8080']);
  const expected = "frame-ancestors 'self' https://shop.example *.shop.example 127.0.0.1:8080";
  assert.equal((await page(address)).framed, expected);
  assert.equal((await page(`index.html${address}`)).framed, expected, 'by its other name too');
  const again = await page(address, { 'if-none-match': open.tag });
  assert.equal(again.status, 200, 'a page that is known is told the new policy');
  for (const none of ['', '?channel=']) {
    assert.equal((await page(none)).framed, 'frame-ancestors *', 'without a channel nothing is set up');
  }
  for (const unknown of ['?channel=nothing', '?channel=%20']) {
    assert.equal((await page(unknown)).framed, "frame-ancestors 'self'", unknown);
  }
  await server.kill();
  await server.restart();
  assert.equal((await page(address)).framed, expected);
});

test('a customer whose shop has signed its id is the same visitor everywhere', async () => {
  const { uid, secret } = await channel({ identity: 'optional' });
  const signed = (id) => ({ channel: uid, userId: id, userHash: hashOf(secret, id) });
  const phone = await introduce({ ...signed('17'), nickname: 'Mei' });
  const desk = await introduce({ ...signed('17'), uid: 'somebody' });
  assert.deepEqual([desk.uid, desk.nickname, desk.verified], [phone.uid, 'Mei', true]);
  assert.notEqual((await introduce(signed('18'))).uid, phone.uid);

  // Who was here without a name goes on as who it is, and nobody else does.
  const anonymous = await introduce({ channel: uid });
  const known = await introduce({ ...signed('19'), uid: anonymous.uid });
  assert.deepEqual([anonymous.verified, known.uid, known.verified], [false, anonymous.uid, true]);
  for (const other of [signed('20'), { channel: uid }, {}]) {
    assert.notEqual((await introduce({ ...other, uid: known.uid })).uid, known.uid, JSON.stringify(other));
  }
  assert.equal((await introduce({ ...signed('19'), uid: desk.uid })).uid, known.uid);
});

test('what is forged is refused, and what is not signed is not taken for proven', async () => {
  const { uid, secret } = await channel({ identity: 'optional' });
  const other = await channel({ identity: 'optional' });
  const hash = hashOf(secret, '17');
  const now = Math.floor(Date.now() / 1000);
  for (const claim of [
    { userId: '18', userHash: hash },
    { userId: '17', userHash: hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
    { userId: '17', userHash: hashOf(other.secret, '17') },
    { userHash: hash },
    { userToken: 'x.y.z' },
    { userToken: tokenOf(other.secret, { sub: '17' }) },
    { userToken: tokenOf(secret, { sub: '17' }, { alg: 'none' }) },
    { userToken: tokenOf(secret, { sub: '17', exp: now - 3600 }) },
    { userToken: tokenOf(secret, { name: 'Mei' }) },
    { userId: '18', userToken: tokenOf(secret, { sub: '17' }) },
  ]) {
    await assert.rejects(introduce({ channel: uid, ...claim }), refusedAs('identity_refused'), JSON.stringify(claim));
  }
  const unsigned = await introduce({ channel: uid, userId: '17' });
  assert.equal(unsigned.verified, false);
  assert.notEqual((await introduce({ channel: uid, userId: '17' })).uid, unsigned.uid);
  const known = await get(admin, '/api/v1/visitor/query/uid', { uid: unsigned.uid });
  assert.deepEqual([known.userId, known.verified], ['17', []]);

  const { secret: next } = await post(admin, '/api/v1/channel/secret', { uid });
  assert.notEqual(next, secret);
  await assert.rejects(introduce({ channel: uid, userId: '17', userHash: hash }), refusedAs('identity_refused'));
  assert.equal((await introduce({ channel: uid, userId: '17', userHash: hashOf(next, '17') })).verified, true);
});

test('a channel may ask for proof, or not look at it', async () => {
  const strict = await channel({ identity: 'required' });
  for (const claim of [{}, { userId: '17' }]) {
    await assert.rejects(introduce({ channel: strict.uid, ...claim }), refusedAs('identity_required'));
  }
  const proof = { userId: '17', userHash: hashOf(strict.secret, '17') };
  assert.equal((await introduce({ channel: strict.uid, ...proof })).verified, true);
  const lax = await channel();
  assert.equal((await introduce({ channel: lax.uid, ...proof })).verified, false);
  assert.equal((await introduce({ channel: 'WEB', ...proof })).verified, false);
});

test('agents see what a token proves and what only the page says', async () => {
  const { uid, secret } = await channel({ identity: 'optional' });
  const claims = { sub: 'c-17', name: 'Mei', email: 'mei@shop.example', plan: 'gold', exp: Math.floor(Date.now() / 1000) + 600 };
  const visitor = await introduce({
    channel: uid,
    nickname: 'The boss',
    mobile: '138',
    extra: JSON.stringify({ plan: 'platinum', basket: 268 }),
    userToken: tokenOf(secret, claims),
  });
  assert.deepEqual([visitor.nickname, visitor.email, visitor.verified], ['Mei', 'mei@shop.example', true]);
  await requestThread(server, { ...visitor, user: {} }, { type: '1', sid: WORKGROUP });
  const known = await get(admin, '/api/v1/visitor/query/uid', { uid: visitor.uid });
  assert.deepEqual(known.verified, ['userId', 'nickname', 'email', 'extra.plan']);
  assert.deepEqual([known.userId, known.mobile], ['c-17', '138']);
  assert.deepEqual(JSON.parse(known.extra), { plan: 'gold', basket: 268 });
});

test('an organisation has so many channels and no more', async () => {
  const { totalElements } = await get(admin, '/api/v1/channel/query/org');
  for (let made = totalElements; made < 12; made += 1) {
    await channel();
  }
  await assert.rejects(channel(), refusedAs('list_full'));
});

test('whoever is no visitor of a channel is introduced as before', async () => {
  const visitor = await newVisitor(server, 'Ann');
  const again = await introduce({ uid: visitor.uid, nickname: 'Ann' });
  assert.equal(again.uid, visitor.uid);
});
