// A wire between two programs on the loopback address that can be cut, stalled and slowed.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A listener that hands every connection on to one port. */
export class NetworkLink {
  #server;
  #target;
  #pairs = new Set();
  #state = 'whole';
  #delay = 0;

  /** Starts a link to a port of the loopback address. */
  static async to(port) {
    const link = new NetworkLink();
    link.#target = port;
    link.#server = createServer((near) => link.#carry(near));
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  /** Where it listens. */
  get port() {
    return this.#server.address().port;
  }

  /** Ends what is open and lets nothing new through: both sides are told. */
  cut() {
    this.#state = 'cut';
    this.#pairs.forEach((pair) => pair.end());
  }

  /** Lets nothing through and tells nobody, as a network that drops packets does. */
  stall() {
    this.#state = 'stalled';
    this.#pairs.forEach((pair) => pair.look());
  }

  /** Holds each piece back for so many milliseconds. */
  slow(milliseconds) {
    this.#delay = milliseconds;
  }

  /** Whole again and fast. What had stalled goes on, in order. */
  heal() {
    this.#state = 'whole';
    this.#delay = 0;
    this.#pairs.forEach((pair) => pair.look());
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  #carry(near) {
    if (this.#state === 'cut') {
      near.on('error', () => {});
      near.resetAndDestroy();
      return;
    }
    const far = connect(this.#target, '127.0.0.1');
    const pair = {
      end: () => {
        this.#pairs.delete(pair);
        near.destroy();
        far.destroy();
      },
      look: () => [near, far].forEach((socket) => (this.#state === 'stalled' ? socket.pause() : socket.resume())),
    };
    this.#pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]]) {
      const way = { to, waiting: [] };
      from.setNoDelay(true);
      from.on('data', (piece) => this.#hand(piece, way));
      from.on('error', pair.end);
      from.on('close', pair.end);
    }
    pair.look();
  }

  /** Writes a piece when its time has come, behind the earlier ones. */
  #hand(piece, way) {
    way.waiting.push({ piece, due: performance.now() + this.#delay });
    this.#flush(way);
  }

  #flush(way) {
    while (way.waiting.length > 0 && way.waiting[0].due <= performance.now()) {
      const { piece } = way.waiting.shift();
      if (way.to.writable) {
        way.to.write(piece);
      }
    }
    if (way.waiting.length > 0) {
      clearTimeout(way.timer);
      way.timer = setTimeout(() => this.#flush(way), way.waiting[0].due - performance.now() + 1);
    }
  }
}
