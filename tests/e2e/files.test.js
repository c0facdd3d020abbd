// Files over HTTP with what browsers have: `FormData` and `fetch`. Who may read them, on which links, in which parts.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { call } from 'deskwire-examples/rest.js';
import {
  history,
  logInAgent,
  messageFrom,
  newConversation,
  newVisitor,
  ORG,
  sendByHttpAsAgent,
  sendByHttp,
} from './conversations.js';
import { serverForThisFile } from './harness.js';
import { png } from './pictures.js';

const VISITOR = '/visitor/api/v1/upload/file';
const AGENT = '/api/v1/upload/file';

const server = await serverForThisFile({ env: { DESKWIRE__FILES__ADDRESS_UPLOADS_PER_MINUTE: '10000' } });
let agent;
let visitor;

before(async () => {
  agent = await logInAgent(server);
  visitor = await newConversation(server);
});

const bearer = (person) => ({ authorization: `Bearer ${person.accessToken}` });

/** Uploads as a page does; returns the response. */
function send(path, content, { name = 'a.txt', fields = {}, headers = {} } = {}) {
  const form = new FormData();
  form.append('file', new Blob([content]), name);
  for (const [field, value] of Object.entries(fields)) {
    form.append(field, value);
  }
  return fetch(server.url + path, { method: 'POST', body: form, headers });
}

/** Uploads and returns the answer's data. */
async function upload(person, content, options = {}) {
  const path = person === agent ? AGENT : VISITOR;
  const response = await send(path, content, { ...options, headers: { ...bearer(person), ...options.headers } });
  const { code, message, data } = await response.json();
  assert.equal(code, 200, message);
  return data;
}

/** What messages carry: the link without what opens it. */
const plain = (url) => url.split('?')[0];

const get = (url, headers = {}, method = 'GET') => fetch(url, { method, headers });

test('an upload answers what clients need', async () => {
  const content = png(640, 320);
  const data = await upload(visitor, content, { name: '截图.png', fields: { kbType: 'CHAT', client: 'WEB', orgUid: ORG } });
  assert.match(data.fileUrl, /\/file\/\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.png\?access=/);
  assert.ok(data.fileUrl.startsWith(server.url), 'it leads to where the client came');
  const { uid, fileUrl, thumbnail, ...rest } = data;
  assert.match(uid, /^[0-9a-f]{32}$/);
  assert.deepEqual(rest, {
    fileName: '截图.png',
    fileSize: content.length,
    fileType: 'image/png',
    mimeType: 'image/png',
    width: 640,
    height: 320,
    hash: createHash('sha256').update(content).digest('hex'),
    channel: 'WEB',
    status: 'SUCCESS',
  });
  const whole = await get(fileUrl);
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), content);
  const small = await get(thumbnail);
  assert.equal(small.headers.get('content-type'), 'image/jpeg');
  assert.equal(Buffer.from(await small.arrayBuffer()).readUInt16BE(), 0xffd8, 'it is a JPEG');
});

test('the fields of old clients, behind the file, and their path', async () => {
  const fields = { file_name: 'notes.txt', file_type: 'text/plain', is_avatar: 'false', kb_type: 'CHAT', visitorUid: visitor.uid };
  for (const path of [VISITOR, '/visitor/api/upload/file']) {
    const { code, data } = await (await send(path, 'hello', { name: 'blob', fields })).json();
    assert.deepEqual([code, data.fileName, data.fileType], [200, 'notes.txt', 'text/plain']);
  }
  const { code } = await (await send(VISITOR, 'hello', { fields: { visitorUid: 'nobody' } })).json();
  assert.equal(code, 500);
  const nobody = await send(AGENT, 'hello');
  assert.equal(nobody.status, 401);
  const foreign = await send(VISITOR, 'hello', { fields: { orgUid: 'other' }, headers: bearer(visitor) });
  assert.equal((await foreign.json()).code, 500);
});

test('what is served does nothing where it is shown', async () => {
  const files = [
    [png(8, 8), 'a.png', 'image/png', 'inline'],
    ['%PDF-1.7 and so on', 'a.pdf', 'application/pdf', 'attachment'],
    ['a text', 'a b.txt', 'text/plain', 'attachment'],
  ];
  for (const [content, name, type, disposition] of files) {
    const { headers } = await get((await upload(visitor, content, { name })).fileUrl);
    assert.equal(headers.get('content-type'), type);
    assert.equal(headers.get('content-disposition'), `${disposition}; filename*=UTF-8''${encodeURIComponent(name)}`);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('content-security-policy'), /default-src 'none'.*sandbox/);
  }
  for (const content of ['<html><script>1</script></html>', '<svg xmlns="x"><script>1</script></svg>', 'MZ\x90\0\0\0\0']) {
    const refused = await (await send(VISITOR, content, { name: 'a.png', headers: bearer(visitor) })).json();
    assert.deepEqual([refused.code, refused.data], [500, false], content);
  }
});

test('a file is opened by its link and by those who may read it', async () => {
  const stranger = await newVisitor(server);
  const { fileUrl } = await upload(visitor, 'hello');
  for (const [headers, url, status] of [
    [{}, fileUrl, 200],
    [{}, plain(fileUrl), 401],
    [{}, fileUrl.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')), 403],
    [{}, fileUrl.replace(/access=\d{10}/, 'access=9999999999'), 403],
    [bearer(visitor), plain(fileUrl), 200],
    [bearer(agent), plain(fileUrl), 200],
    [bearer(stranger), plain(fileUrl), 403],
    [{ authorization: 'Bearer nonsense' }, plain(fileUrl), 401],
    [{}, plain(fileUrl).replace('.txt', '_t.txt'), 404],
  ]) {
    assert.equal((await get(url, headers)).status, status, url);
  }
});

test('a message shares the file it names', async () => {
  const stranger = await newConversation(server);
  const [hers, his] = [await upload(visitor, 'hers'), await upload(agent, 'his')];
  const image = (url) => ({ type: 'FILE', content: JSON.stringify({ url, name: 'a.txt' }) });
  const reads = async (person, { fileUrl }) => (await get(plain(fileUrl), bearer(person))).status === 200;
  await sendByHttp(server, stranger, messageFrom(stranger, stranger.thread, image(plain(hers.fileUrl))));
  assert.ok(!(await reads(stranger, hers)), 'who guesses a path gains nothing by saying it');
  assert.ok(!(await reads(visitor, his)));
  await sendByHttpAsAgent(server, agent, messageFrom(agent, visitor.thread, image(his.fileUrl)));
  assert.ok(await reads(visitor, his));
  assert.ok(!(await reads(stranger, his)));
});

test('who may read a file gets new links', async () => {
  const stranger = await newVisitor(server);
  const { fileUrl } = await upload(visitor, 'hello');
  const ask = (path, url, person) => call(server.url, path, { query: { url }, token: person.accessToken });
  const byVisitor = await ask('/visitor/api/v1/upload/link', plain(fileUrl), visitor);
  const byAgent = await ask('/api/v1/upload/link', fileUrl, agent);
  for (const { fileUrl } of [byVisitor, byAgent]) {
    assert.equal((await get(fileUrl)).status, 200);
  }
  await assert.rejects(ask('/visitor/api/v1/upload/link', fileUrl, stranger), { status: 403 });
});

test('a history opens its files again', async () => {
  const { fileUrl } = await upload(visitor, 'hello');
  const expired = fileUrl.replace(/access=\d{10}/, 'access=1000000000');
  assert.equal((await get(expired)).status, 403);
  const sent = messageFrom(visitor, visitor.thread, { type: 'FILE', content: JSON.stringify({ url: expired }) });
  await sendByHttp(server, visitor, sent);
  const content = await history(server, visitor);
  const { url } = JSON.parse(content.find((message) => message.uid === sent.uid).content);
  assert.equal(plain(url), plain(expired));
  assert.equal(await (await get(url)).text(), 'hello');
});

test('parts of a file, and what a browser has already', async () => {
  const { fileUrl, hash } = await upload(visitor, 'hello, world');
  const etag = `"${hash}"`;
  for (const [headers, status, body, range] of [
    [{}, 200, 'hello, world', null],
    [{ range: 'bytes=0-4' }, 206, 'hello', 'bytes 0-4/12'],
    [{ range: 'bytes=7-' }, 206, 'world', 'bytes 7-11/12'],
    [{ range: 'bytes=-5' }, 206, 'world', 'bytes 7-11/12'],
    [{ range: 'bytes=12-' }, 416, '', 'bytes */12'],
    [{ range: 'bytes=0-4', 'if-range': etag }, 206, 'hello', 'bytes 0-4/12'],
    [{ range: 'bytes=0-4', 'if-range': '"another"' }, 200, 'hello, world', null],
    [{ 'if-none-match': etag }, 304, '', null],
    [{ 'if-none-match': '"another"' }, 200, 'hello, world', null],
  ]) {
    const response = await get(fileUrl, headers);
    const seen = [response.status, await response.text(), response.headers.get('content-range')];
    assert.deepEqual(seen, [status, body, range], JSON.stringify(headers));
    assert.equal(response.headers.get('etag'), etag);
  }
  const head = await get(fileUrl, {}, 'HEAD');
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '12', '']);
});

test('a repeated upload is the first one', async () => {
  const headers = { 'idempotency-key': 'k1' };
  const first = await upload(visitor, 'hello', { headers });
  const again = await upload(visitor, 'hello', { headers });
  assert.equal(plain(again.fileUrl), plain(first.fileUrl));
  assert.notEqual((await upload(agent, 'hello', { headers })).uid, first.uid);
});

test('an avatar is for everybody', async () => {
  const { fileUrl, thumbnail } = await upload(agent, png(20, 20), { name: 'me.png', fields: { isAvatar: 'true' } });
  assert.equal(thumbnail, fileUrl, 'it is small already');
  assert.equal((await get(plain(fileUrl))).status, 200);
});

test('pages of customers may upload and read', async () => {
  const origin = 'https://shop.example';
  const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
  const preflight = await get(server.url + VISITOR, asked, 'OPTIONS');
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
  const { headers } = await get((await upload(visitor, 'hello')).fileUrl, { origin });
  assert.equal(headers.get('access-control-allow-origin'), origin);
  assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
});

test('a refused client reads why, however much it sends', async () => {
  const large = await send(VISITOR, Buffer.alloc(11 * 1024 * 1024, 'a'), { headers: bearer(visitor) });
  assert.equal(large.status, 413);
  const nobody = await send(AGENT, Buffer.alloc(9 * 1024 * 1024, 'a'));
  assert.equal(nobody.status, 401);
  const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(9 * 1024 * 1024)]);
  const refused = await (await send(VISITOR, program, { name: 'a.jpg', headers: bearer(visitor) })).json();
  assert.match(refused.message, /not allowed/);
});
