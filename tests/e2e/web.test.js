// The web that the binary carries: what a browser is given, and what the pages may do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverForThisFile } from './harness.js';

const server = await serverForThisFile();
const get = (path, headers = {}) => fetch(new URL(path, server.url), { headers, redirect: 'manual' });

test('scripts for other pages are compressed and say how they are written', async () => {
  for (const path of ['/deskwire.js', '/deskwire-sdk.js']) {
    const script = await get(path, { 'accept-encoding': 'gzip' });
    assert.equal(script.status, 200, path);
    assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.equal(script.headers.get('content-encoding'), 'gzip');
    assert.equal(script.headers.get('cache-control'), 'no-cache');
    const again = await get(path, { 'if-none-match': script.headers.get('etag') });
    assert.equal(again.status, 304);
  }
});

test('the pages have a policy, and their files are kept for ever', async () => {
  for (const [page, framed] of [['/chat/', true], ['/agent/', false], ['/demo/', false]]) {
    const answer = await get(page);
    const policy = answer.headers.get('content-security-policy');
    assert.equal(answer.status, 200, page);
    assert.match(policy, /script-src 'self'.*require-trusted-types-for 'script'/);
    assert.equal(policy.includes('frame-ancestors *'), framed, policy);
    const [, asset] = /(?:src|href)="([^"]*assets\/[^"]+)"/.exec(await answer.text());
    const file = await get(new URL(asset, new URL(page, server.url)).pathname);
    assert.equal(file.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
    const bare = await get(page.slice(0, -1));
    assert.deepEqual([bare.status, bare.headers.get('location')], [308, page]);
    assert.equal((await get(`${page}assets/nothing.js`)).status, 404);
    assert.equal((await get(`${page}..%2f..%2fCargo.toml`)).status, 404);
  }
});
