// A Redis of the test's own. It keeps nothing on disk: what it held is gone with the process.

import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../waiting.js';
import { Daemon, freePort } from './daemon.js';

export class Redis extends Daemon {
  static async start() {
    const redis = new Redis();
    try {
      await redis.prepare('redis');
      redis.port = await freePort();
      await redis.begin();
    } catch (error) {
      await redis.remove();
      throw new Error(`Redis did not start: ${error.message}\n${redis.output}`);
    }
    return redis;
  }

  /** The URL for the server, at this port or that of a link in front of it. */
  url(port = this.port) {
    return `redis://127.0.0.1:${port}/`;
  }

  /** Starts the process, empty, and waits until it answers. */
  async begin() {
    const options = { port: this.port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: this.folder };
    this.spawn('redis-server', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]));
    await until('Redis answers', async () => {
      if (!this.running) {
        throw new Error('it ended');
      }
      return (await this.command('PING').catch(() => '')).startsWith('+PONG');
    });
  }

  /** Sends one command without arguments that hold spaces; returns the beginning of its answer as text. */
  async command(line) {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.write(`${line}\r\n`);
      const [answer] = await once(socket, 'data');
      return String(answer);
    } finally {
      socket.destroy();
    }
  }

  /** Forgets everything, as a Redis that was replaced by an empty one. */
  async forget() {
    await this.command('FLUSHALL');
  }
}
