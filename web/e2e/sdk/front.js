// The server with more folders beside its own pages, on one origin: pages that are made for tests alone.

import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

async function serveFile(path, folder, response) {
  const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
  const content = file.startsWith(folder) ? await readFile(file).catch(() => undefined) : undefined;
  if (!content) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
  response.end(content);
}

/**
 * Stands before `server` with further folders.
 *
 * @param {() => string} server the server's URL at this moment
 * @param {Record<string, string>} folders by the beginning of their paths, as `/sdk`
 */
export async function startFront(server, folders) {
  const front = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://front');
    const [, beginning = '', rest = ''] = /^(\/[^/]*)(\/.*)$/.exec(url.pathname) ?? [];
    if (folders[beginning]) {
      void serveFile(rest, folders[beginning], response);
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
