// A TCP proxy that cuts connections at random bytes: what is on its way arrives in part, or not at all.

import { connect, createServer } from 'node:net';
import { once } from 'node:events';

/** In front of one port of the server. */
export class CuttingProxy {
  /** How often it has cut. */
  cuts = 0;
  #server;
  #random;
  #odds;
  #budget;

  /**
   * Starts a proxy in front of `target`, an `http` URL.
   *
   * @param {{random: () => number, odds: number, cuts: number}} options random: numbers in [0, 1); odds: how likely a
   *   connection is cut at each piece that goes through; cuts: after so many it cuts no more.
   */
  static async start(target, { random, odds, cuts }) {
    const proxy = new CuttingProxy();
    proxy.#random = random;
    proxy.#odds = odds;
    proxy.#budget = cuts;
    const { hostname, port } = new URL(target);
    proxy.#server = createServer((near) => proxy.#carry(near, connect(Number(port), hostname)));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where it listens, as the server's URL. */
  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** The URL of a WebSocket endpoint. */
  ws(path) {
    return `${this.url.replace('http', 'ws')}${path}`;
  }

  stop() {
    this.#server.close();
  }

  #carry(near, far) {
    const end = () => [near, far].forEach((socket) => socket.destroy());
    for (const [from, to] of [[near, far], [far, near]]) {
      from.setNoDelay(true);
      from.on('data', (piece) => this.#hand(piece, to, end));
      from.on('error', end);
      from.on('close', end);
    }
  }

  #hand(piece, to, end) {
    if (this.cuts >= this.#budget || this.#random() >= this.#odds) {
      to.write(piece);
      return;
    }
    this.cuts += 1;
    // Half a frame goes out before the end.
    const part = piece.subarray(0, Math.floor(this.#random() * piece.length));
    to.write(part, end);
  }
}
