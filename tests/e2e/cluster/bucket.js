// A bucket: what of S3 the server uses, in memory. Who asks is not checked; that the server signs is told by its own tests
// against an implementation of S3.

import { createServer } from 'node:http';

const RANGE = /^bytes=(\d+)-(\d+)$/;

/** A service with any bucket that is asked for. */
export class Bucket {
  /** The bytes by path. */
  objects = new Map();
  #http = createServer((request, response) => void this.#answer(request, response));

  static async start() {
    const bucket = new Bucket();
    await new Promise((resolve) => bucket.#http.listen(0, '127.0.0.1', resolve));
    return bucket;
  }

  get url() {
    return `http://127.0.0.1:${this.#http.address().port}`;
  }

  stop() {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  async #answer(request, response) {
    const path = new URL(request.url, this.url).pathname;
    const head = { etag: '"1"', 'last-modified': new Date(0).toUTCString() };
    const known = this.objects.get(path);
    if (request.method === 'PUT') {
      const parts = [];
      for await (const part of request) {
        parts.push(part);
      }
      this.objects.set(path, Buffer.concat(parts));
      response.writeHead(200, head).end();
    } else if (request.method === 'DELETE') {
      this.objects.delete(path);
      response.writeHead(204).end();
    } else if (known === undefined) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    } else {
      const [, first, last] = (request.headers.range ?? '').match(RANGE) ?? [];
      const body = first === undefined ? known : known.subarray(Number(first), Number(last) + 1);
      const range = first === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${known.length}` };
      response.writeHead(first === undefined ? 200 : 206, { ...head, ...range, 'content-length': body.length });
      response.end(request.method === 'HEAD' ? undefined : body);
    }
  }
}
