// The OpenAPI document and the server agree: the document is valid, answers conform to it, a schema-driven fuzz run finds
// nothing, other organisations' things do not exist, and a request under one key is done once. What Python does is in
// `openapi_driver.py`.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { AGENT, ORG, WORKGROUP } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { pythonProgram } from './python.js';
import { WITH_SERVICE } from './service-account.js';

const PASSWORD = 'a password for everybody here';
const SERVICE = `Basic ${Buffer.from('robot:robot-secret').toString('base64')}`;
/** Seconds of the fuzz run for each caller. By hand a longer one finds more: `DESKWIRE_FUZZ_SECONDS=600`. */
const FUZZ_SECONDS = Number(process.env.DESKWIRE_FUZZ_SECONDS ?? 12);

const server = await serverForThisFile({
  env: {
    ...WITH_SERVICE,
    DESKWIRE_ADMIN_PASSWORD: PASSWORD,
    // A fuzz run must not lock itself out.
    DESKWIRE__LIMITS__LOGIN_ATTEMPTS: '1000',
    DESKWIRE__LIMITS__LOGIN_ATTEMPTS_PER_ADDRESS: '100000',
    DESKWIRE__LIMITS__VISITOR_MESSAGES_PER_SECOND: '10000',
    DESKWIRE__NOTICES__POSTS_PER_SECOND: '10000',
  },
});
const python = pythonProgram('openapi_driver.py', { timeout: 60_000 + FUZZ_SECONDS * 3000 });

let document;
/** Answers, to be compared with the document. */
const answers = [];

/** One request as it goes over the wire; the answer with its envelope. */
async function ask(method, path, { query = {}, body, authorization, key } = {}) {
  const url = new URL(path, server.url);
  url.search = new URLSearchParams(query);
  const response = await fetch(url, {
    method: method.toUpperCase(),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(authorization && { authorization }),
      ...(key && { 'idempotency-key': key }),
    },
    body: body && JSON.stringify(body),
  });
  const type = response.headers.get('content-type').split(';')[0];
  const text = await response.text();
  const answer = { status: response.status, type, body: type === 'application/json' ? JSON.parse(text) : text };
  answers.push({ method, path: templateOf(path), ...answer });
  return answer;
}

/** The path of the document that leads to `path`. */
function templateOf(path) {
  const templates = Object.keys(document.paths);
  const fits = (template) => new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
  return templates.find((template) => template === path) ?? templates.find(fits);
}

const data = async (...asked) => {
  const { body } = await ask(...asked);
  assert.equal(body.code, 200, JSON.stringify([asked, body]));
  return body.data;
};
const logIn = async (username) =>
  `Bearer ${(await data('post', '/auth/v1/login', { body: { username, password: PASSWORD } })).accessToken}`;
const newVisitor = async (orgUid = ORG) => {
  const visitor = await data('post', '/visitor/api/v1/init', { body: { orgUid, nickname: 'Ann' } });
  return { ...visitor, authorization: `Bearer ${visitor.accessToken}` };
};

let admin;
let stranger;
let strangeVisitor;
/** Things of the first organisation, by what they are. */
let ours;

before(async () => {
  document = await (await fetch(`${server.url}/openapi.json`)).json();
  await python('stranger', join(server.data, 'deskwire.db'));
  admin = await logIn('admin');
  stranger = await logIn('stranger');
  strangeVisitor = await newVisitor('other_org');
  ours = await makeThings();
});

/** One of each thing that has a name, made as clients make them. */
async function makeThings() {
  const as = (authorization) => (method, path, rest) => data(method, path, { authorization, ...rest });
  const [ofAdmin, ofService] = [as(admin), as(SERVICE)];
  const group = (await ofAdmin('post', '/api/v1/workgroup/create', { body: { name: 'Team', agentUids: ['df_ag_uid'] } })).uid;
  const hook = await ofAdmin('post', '/api/v1/webhook/create', { body: { url: 'https://example.invalid/hook' } });
  const program = await ofAdmin('post', '/api/v1/service-key/create', { body: { name: 'ERP' } });
  const settings = { services: [{ uid: group }] };
  const channel = await ofAdmin('post', '/api/v1/channel/create', { body: { name: 'Shop', settings } });
  const visitor = await newVisitor();
  const ofVisitor = as(visitor.authorization);
  const opening = await ofVisitor('post', '/visitor/api/v1/thread', { body: { orgUid: ORG, type: 1, sid: WORKGROUP } });
  const { topic, uid } = opening.thread;
  const send = (message) =>
    ofVisitor('post', '/visitor/api/v1/message/send', {
      body: { json: JSON.stringify({ uid: crypto.randomUUID(), type: 'TEXT', thread: { topic }, ...message }) },
    });
  await send({ content: 'hello' });
  const form = { topic, content: 'call me', contact: '123' };
  const left = await ofVisitor('post', '/visitor/api/v1/message/leave/create', { body: form });
  await ofService('post', '/api/v1/notices', { body: { user: AGENT, title: 'to do', businessId: 'b1' } });
  const made = { group, hook: hook.uid, program: program.uid, channel: channel.uid, left: left.uid };
  return { topic, thread: uid, visitor, agent: AGENT, ...made };
}

test('the document is valid', () => python('validate', server.url));

test('the document and its page come without help from elsewhere', async () => {
  const page = await fetch(`${server.url}/reference`);
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  const text = await page.text();
  assert.doesNotMatch(text, /<script|src=|https?:\/\//);
  for (const [path, item] of Object.entries(document.paths)) {
    assert.ok(text.includes(path), path);
    assert.ok(Object.values(item).length > 0);
  }
});

test('what people and programs are answered has the shape that the document gives', async () => {
  const { topic, thread, visitor, group, hook, channel } = ours;
  const reads = [
    [admin, '/api/v1/user/profile'],
    [admin, '/api/v1/thread/query'],
    [admin, '/api/v1/thread/query/org', { status: 'QUEUING' }],
    [admin, '/api/v1/thread/query/org'],
    [admin, '/api/v1/queue/query/queuing'],
    [admin, '/api/v1/workgroup/query/org'],
    [admin, '/api/v1/queue/agent/queuing/count'],
    [admin, '/api/v1/message/search', { q: 'hello' }],
    [admin, '/api/v1/message/unread'],
    [admin, '/api/v1/message/ping'],
    [admin, '/api/v1/message/leave/query'],
    [admin, '/api/v1/message/leave/count/pending'],
    [admin, '/api/v1/settings/query', { uid: group }],
    [admin, '/api/v1/workgroup/routing/state', { uid: WORKGROUP }],
    [admin, '/api/v1/report/service', { groupBy: 'hour,workgroup,agent' }],
    [admin, '/api/v1/report/service.csv'],
    [admin, '/api/v1/channel/query/org'],
    [admin, '/api/v1/channel/query/uid', { uid: channel }],
    [undefined, '/visitor/api/v1/channel', { channel, language: 'zh-CN' }],
    [undefined, '/visitor/api/v1/channel', { channel: 'nothing' }],
    [admin, '/api/v1/webhook/query'],
    [admin, '/api/v1/webhook/dead/query', { uid: hook }],
    [admin, '/api/v1/service-key/query'],
    [admin, '/api/v1/notices'],
    [admin, '/api/v1/notices/feed'],
    [admin, '/api/v1/ops/overview'],
    [admin, '/api/v1/ops/session/query'],
    [admin, '/api/v1/ops/trace', { uid: 'nothing is called so' }],
    [admin, '/api/v1/ops/config'],
    [admin, '/api/v1/ops/health'],
    [admin, '/api/v1/audit/query'],
    [stranger, '/api/v1/ops/overview'],
    [admin, `/api/v1/connection/presence/${visitor.uid}`],
    [admin, '/api/v1/thread/query/topic', { topic }],
    [visitor.authorization, '/visitor/api/v1/message/thread/topic', { topic }],
    [visitor.authorization, '/visitor/api/v1/message/thread/uid', { threadUid: thread }],
    [visitor.authorization, '/visitor/api/v1/message/unread'],
    [visitor.authorization, '/visitor/api/v1/message/search', { q: 'hello' }],
    [visitor.authorization, '/visitor/api/v1/message/leave/query'],
    [visitor.authorization, '/visitor/api/v1/threads'],
    [visitor.authorization, '/visitor/api/v1/notices'],
    [visitor.authorization, '/visitor/api/v1/notices/feed'],
    [visitor.authorization, '/visitor/api/v1/ping'],
    [visitor.authorization, '/visitor/api/v1/ip'],
    [undefined, '/config/bytedesk/properties'],
    [undefined, '/readyz'],
    [undefined, '/metrics'],
    [undefined, '/api/v1/user/profile'],
  ];
  for (const [authorization, path, query] of reads) {
    await ask('get', path, { authorization, query });
  }
  for (const path of ['/api/v1/thread/watch', '/api/v1/thread/accept', '/api/v1/thread/takeover', '/api/v1/thread/create']) {
    await ask('post', path, { authorization: admin, body: { topic } });
  }
  await ask('post', '/api/v1/user/logout', { authorization: await logIn('admin') });
  await ask('post', `/api/v1/message/thread/${thread}/read`, { authorization: admin });
  for (const path of ['/api/v1/connection/polling/renew', '/api/v1/connection/polling/end']) {
    await ask('post', path, { authorization: admin, body: { device: 'page' } });
  }
  await ask('post', '/api/v1/ops/selftest', { authorization: admin });
  await ask('post', '/api/v1/ops/session/kick', { authorization: admin, body: { connection: 1 } });
  for (const [path, body] of [
    ['/api/v1/message/thread/topic', undefined],
    ['/api/v1/thread/export', undefined],
    ['/api/v1/thread/whisper', { topic, content: 'a note' }],
    ['/api/v1/thread/rating/invite', { topic }],
    ['/api/v1/thread/close', { topic }],
  ]) {
    await ask(body ? 'post' : 'get', path, { authorization: admin, body, query: body ? {} : { topic } });
  }
  const folder = await mkdtemp(join(tmpdir(), 'deskwire-answers-'));
  try {
    const file = join(folder, 'answers');
    await writeFile(file, answers.map((answer) => JSON.stringify(answer)).join('\n'));
    await python('conform', server.url, file);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** What a member names that may be of another organisation; nothing for members that name nothing. */
function thingOf(path, member) {
  if (['topic', 'threadTopic'].includes(member)) return 'topic';
  if (['threadUid'].includes(member)) return 'thread';
  if (['agentUid', 'agent'].includes(member)) return 'agent';
  if (['workgroupUid', 'robotOf', 'sid'].includes(member)) return 'group';
  // With a conversation, the user is its visitor as the conversation shows it, and an object.
  if (member === 'visitorUid' || (member === 'user' && !path.includes('/thread/'))) return 'visitorUid';
  if (member === 'receiverUid') return path.includes('/leave/') ? 'agent' : undefined;
  if (member === 'id') return path.includes('order-card') ? 'card' : undefined;
  if (member !== 'uid' || path.endsWith('/create')) return undefined;
  if (path.includes('/webhook/')) return 'hook';
  if (path.includes('/service-key/')) return 'program';
  if (path.includes('/channel/')) return 'channel';
  if (path.includes('/leave/')) return 'left';
  if (path.includes('/settings/') || path.includes('/workgroup/')) return 'group';
  if (/\/agent\/update\/(duty|password|enabled)/.test(path)) return 'agent';
  return path.includes('/thread/') ? 'thread' : undefined;
}

const resolve = (schema) =>
  schema.$ref ? resolve(schema.$ref.slice(2).split('/').reduce((at, name) => at[name], document)) : schema;

/** Something that fits a schema. */
function sample(schema) {
  const { type, const: only, enum: values, anyOf, oneOf } = resolve(schema);
  if (only !== undefined) return only;
  if (values) return values[0];
  // Of the roles, the one that an administrator may give.
  if (oneOf) return sample(oneOf.find((one) => one.const === 'AGENT') ?? oneOf[0]);
  if (anyOf) return sample(anyOf[0]);
  const fits = { integer: 1, number: 1, boolean: true, array: [], object: {}, string: 'x' };
  return fits[[type].flat()[0]] ?? 'x';
}

/** The request to an operation that names one thing, and what else it must have. */
function requestNaming(operation, path, member, value) {
  const query = {};
  let target = path;
  for (const { name, in: place, required, schema } of operation.parameters) {
    const told = name === member ? value : required ? sample(schema) : undefined;
    if (told !== undefined && place === 'query') query[name] = told;
    if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(told));
  }
  const shape = operation.requestBody?.content['application/json']?.schema;
  if (!shape) return [target, { query }];
  const { properties, required = [] } = resolve(shape);
  const body = Object.fromEntries(required.map((name) => [name, sample(properties[name])]));
  // Who names a workgroup means something of that workgroup.
  if (member === 'workgroupUid' && 'level' in properties) body.level = 'WORKGROUP';
  return [target, { query, body: member in properties ? { ...body, [member]: value } : body }];
}

test('what belongs to another organisation does not exist', async () => {
  const things = { ...ours, visitorUid: ours.visitor.uid, card: '1' };
  const missing = {
    ...Object.fromEntries(Object.keys(things).map((thing) => [thing, 'nothing_is_called_so'])),
    topic: things.topic.replace(/[^/]+$/, 'nobody'),
    card: '987654321',
  };
  let compared = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const roles = operation['x-roles'];
      const isStaff = roles.includes('ADMIN');
      if (!isStaff && !roles.includes('VISITOR')) continue;
      const authorization = isStaff ? stranger : strangeVisitor.authorization;
      const shape = operation.requestBody?.content['application/json']?.schema;
      const members = [
        ...operation.parameters.filter((parameter) => parameter.in !== 'header').map(({ name }) => name),
        ...Object.keys(shape ? (resolve(shape).properties ?? {}) : {}),
      ];
      for (const member of new Set(members)) {
        const thing = thingOf(path, member);
        // A token goes before the uid of a visitor, and the name that a conversation is opened under is not a thing.
        if (!thing || (!isStaff && member === 'visitorUid')) continue;
        const answer = async (value) => {
          const [target, request] = requestNaming(operation, path, member, value);
          const { status, body } = await ask(method, target, { ...request, authorization });
          return JSON.stringify([status, body]).replaceAll(value, '…').replace(/"timestamp":\d+/g, '');
        };
        const [theirs, nobodys] = [await answer(things[thing]), await answer(missing[thing])];
        assert.equal(theirs, nobodys, `${method} ${path}: ${member}`);
        compared += 1;
      }
    }
  }
  assert.ok(compared > 80, `${compared} were compared`);
});

test('nothing of it has changed what belongs to the other organisation', async () => {
  assert.ok((await data('get', '/api/v1/webhook/query', { authorization: admin })).some(({ uid }) => uid === ours.hook));
  const keys = await data('get', '/api/v1/service-key/query', { authorization: admin });
  assert.deepEqual(keys.map(({ uid, name }) => [uid, name]), [[ours.program, 'ERP'], ['robot', 'robot']]);
  assert.equal((await data('get', '/api/v1/user/profile', { authorization: admin })).role, 'ADMIN');
});

test('roles are what the document says', async () => {
  const visitor = await newVisitor();
  const agent = await data('post', '/api/v1/agent/create', {
    authorization: admin,
    body: { username: 'plain', password: PASSWORD, nickname: 'Plain' },
  });
  assert.equal(agent.role, 'AGENT');
  const callers = { VISITOR: visitor.authorization, AGENT: await logIn('plain'), SERVICE };
  let refused = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      for (const [role, authorization] of Object.entries(callers)) {
        const roles = operation['x-roles'];
        // Files are asked for by what is in the path, before who asks.
        const isOfFiles = path.includes('/upload/') || path.startsWith('/file/');
        if (roles.length === 0 || roles.includes(role) || isOfFiles) continue;
        const member = ['uid', 'topic', 'workgroupUid'].find((name) => {
          const shape = operation.requestBody?.content['application/json']?.schema;
          return operation.parameters.some((one) => one.name === name) || (shape && resolve(shape).properties?.[name]);
        });
        const [target, request] = requestNaming(operation, path, member, ours[thingOf(path, member)] ?? 'x');
        const { status, body } = await ask(method, target, { ...request, authorization });
        const says = `${role} ${method} ${path}: ${status} ${JSON.stringify(body)}`;
        assert.ok(['forbidden', 'not_signed_in', 'not_allowed', 'not_yours'].includes(body.error), says);
        refused += 1;
      }
    }
  }
  assert.ok(refused > 100, `${refused} were refused`);
});

test('a request under one key is done once', async () => {
  const create = (name, key) =>
    ask('post', '/api/v1/workgroup/create', { authorization: admin, body: { name, agentUids: [] }, key });
  const first = await create('One', 'key-one');
  assert.equal(first.body.code, 200);
  assert.deepEqual(await create('One', 'key-one'), first);
  const reused = await create('Two', 'key-one');
  assert.deepEqual([reused.status, reused.body.error], [422, 'key_reused']);
  const others = await ask('post', '/api/v1/workgroup/create', {
    authorization: stranger,
    body: { name: 'One', agentUids: [] },
    key: 'key-one',
  });
  assert.notEqual(others.body.data.uid, first.body.data.uid, 'a key is its caller’s own');
  const refused = await create('', 'key-two');
  assert.deepEqual(await create('', 'key-two'), refused, 'what is refused may be tried again');
});

test('a kill between the effect and the answer makes no second one', async () => {
  const create = () =>
    data('post', '/api/v1/workgroup/create', { authorization: admin, body: { name: 'Kept', agentUids: [] }, key: 'kept' });
  const agent = () =>
    data('post', '/api/v1/agent/create', {
      authorization: admin,
      body: { username: 'kept', password: PASSWORD },
      key: 'kept-agent',
    });
  const [group, person] = [await create(), await agent()];
  await server.kill();
  await server.restart();
  assert.deepEqual([await create(), await agent()], [group, person]);
});

test('a visitor who is introduced again under its key is the same', async () => {
  const introduced = async (key, orgUid = ORG) => (await data('post', '/visitor/api/v1/init', { body: { orgUid }, key })).uid;
  const key = crypto.randomUUID();
  const visitor = await introduced(key);
  assert.equal(await introduced(key), visitor);
  await server.kill();
  await server.restart();
  assert.equal(await introduced(key), visitor, 'over a kill');
  const others = [await introduced(crypto.randomUUID()), await introduced(key, 'other_org'), await introduced(undefined)];
  // Somebody else could think of such a key.
  others.push(await introduced('first'), await introduced('first'));
  assert.equal(new Set([visitor, ...others]).size, 1 + others.length);
});

test('many at once under one key are one', async () => {
  const create = () =>
    ask('post', '/api/v1/workgroup/create', { authorization: admin, body: { name: 'Many', agentUids: [] }, key: 'many' });
  const answered = await Promise.all(Array.from({ length: 20 }, create));
  const made = new Set(answered.filter(({ status }) => status === 200).map(({ body }) => body.data.uid));
  assert.equal(made.size, 1);
  assert.ok(answered.every(({ status, body }) => status === 200 || body.error === 'key_in_use'));
});

for (const [name, header, phases, share] of [
  ['an administrator', () => [`Authorization: ${admin}`], 'coverage,fuzzing', 3],
  ['a visitor', () => [`Authorization: ${ours.visitor.authorization}`], 'fuzzing', 1],
  ['a program', () => [`Authorization: ${SERVICE}`], 'fuzzing', 1],
  ['nobody', () => [], 'fuzzing', 1],
]) {
  test(`a fuzz run as ${name} finds nothing`, () =>
    python('fuzz', server.url, String(FUZZ_SECONDS * share), phases, ...header()));
}
