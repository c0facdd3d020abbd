// A server that webhooks lead to: it checks signatures, keeps what it hears, and answers as it is told.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** One receiver on a free port of the loopback. */
export class HookReceiver {
  /** What was heard, in its order: `{id, attempt, body}`, refused requests included. */
  heard = [];
  /**
   * Given a request's `{id, attempt, body}`, `{status, json}`, `{stream}`, a promise of it, or `'hang'`.
   * `stream(write, end, kill)` answers piece by piece, in lines.
   */
  answer = () => ({ status: 204 });
  #server;
  #secrets = new Map();
  #answered = [];

  static async start() {
    const receiver = new HookReceiver();
    await receiver.listen(0);
    return receiver;
  }

  async listen(port) {
    this.#server = createServer((request, response) => this.#take(request, response));
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Has requests for the webhook `uid` checked with its secret. */
  trust(uid, secret) {
    this.#secrets.set(uid, Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  }

  /** Waits until it has answered once more. */
  answered() {
    return new Promise((resolve) => this.#answered.push(resolve));
  }

  /** Ends at once, with all its connections. */
  async kill() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const raw = Buffer.concat(chunks);
      const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = request.headers;
      const hook = request.headers['deskwire-webhook'];
      const key = this.#secrets.get(hook);
      const expected = key && createHmac('sha256', key).update(`${id}.${seconds}.`).update(raw).digest();
      const given = Buffer.from(String(signature).replace(/^v1,/, ''), 'base64');
      const isSigned = expected?.length === given.length && timingSafeEqual(expected, given);
      const heard = { id, hook, attempt: Number(request.headers['deskwire-attempt']), isSigned, body: JSON.parse(raw) };
      this.heard.push(heard);
      const answer = await this.answer(heard);
      if (answer === 'hang') {
        return;
      }
      const { status = 200, json, stream } = answer;
      if (stream) {
        response.writeHead(status, { 'content-type': 'application/x-ndjson' });
        await stream((text) => response.write(text), () => response.end(), () => response.destroy());
        return;
      }
      response.once('finish', () => this.#answered.splice(0).forEach((resolve) => resolve()));
      response.writeHead(status, { 'content-type': 'application/json' }).end(json ? JSON.stringify(json) : undefined);
    });
  }
}
