// What the server does with `web/dist` once it is embedded: the built files and the API on one origin, with the headers
// that the pages are made for. Everything that is no page goes through to the server itself.

import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.webp': 'image/webp',
};

/** What the panel may do: talk to its own origin, and show pictures of the shop. */
const panelPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob: https:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  'frame-ancestors *',
  "require-trusted-types-for 'script'",
].join('; ');

const demoPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const isPage = (path) => path === '/deskwire.js' || /^\/(chat|demo|agent)(\/|$)/.test(path);

async function serveFile(path, response, folder = dist) {
  const inside = normalize(path.endsWith('/') ? `${path}index.html` : path);
  const file = join(folder, inside);
  const content = await readFile(file).catch(() => undefined);
  if (!file.startsWith(folder) || !content) {
    response.writeHead(404).end();
    return;
  }
  const policy = inside.startsWith('/chat/')
    ? panelPolicy
    : inside.startsWith('/demo/')
      ? demoPolicy
      : undefined;
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-encoding': 'gzip',
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
    'cache-control': inside.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(policy ? { 'content-security-policy': policy } : {}),
  });
  response.end(gzipSync(content));
}

/**
 * Serves `web/dist` in front of `server`. `channels` are the set-ups of channels by name, until the server has them.
 *
 * @param {() => string} server the server's URL at this moment
 * @param {Record<string, object>} channels
 * @param {Record<string, string>} folders further folders, by the beginning of their paths, as `/sdk`
 */
export async function startFront(server, channels = {}, folders = {}) {
  const front = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://front');
    if (isPage(url.pathname)) {
      void serveFile(url.pathname, response);
      return;
    }
    const [, beginning = '', rest = ''] = /^(\/[^/]*)(\/.*)$/.exec(url.pathname) ?? [];
    if (folders[beginning]) {
      void serveFile(rest, response, folders[beginning]);
      return;
    }
    if (url.pathname === '/visitor/api/v1/channel') {
      const data = channels[url.searchParams.get('channel') ?? ''];
      response.writeHead(data ? 200 : 404, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ message: data ? 'success' : 'no such channel', code: data ? 200 : 404, data }),
      );
      return;
    }
    const passed = request(`${server()}${incoming.url}`, {
      method: incoming.method,
      headers: incoming.headers,
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  front.on('upgrade', (incoming, socket, head) => {
    const { hostname, port } = new URL(server());
    const behind = connect(Number(port), hostname, () => {
      const lines = incoming.rawHeaders.reduce(
        (all, part, index) => all + part + (index % 2 === 0 ? ': ' : '\r\n'),
        '',
      );
      behind.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines}\r\n`);
      behind.write(head);
      behind.pipe(socket).pipe(behind);
    });
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${front.address().port}`,
    stop: () => {
      front.closeAllConnections();
      return new Promise((resolve) => front.close(resolve));
    },
  };
}
