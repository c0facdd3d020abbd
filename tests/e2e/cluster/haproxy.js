// The load balancer of `deploy/haproxy/haproxy.cfg` in front of the nodes of a test: round robin, and nobody sticks to a node.

import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../waiting.js';
import { Daemon, freePort } from './daemon.js';

export const CONFIGURATION = fileURLToPath(new URL('../../../deploy/haproxy/haproxy.cfg', import.meta.url));

/** The ports in the configuration, and what goes over them. */
const SCHEMES = { 9003: 'http', 1883: 'mqtt', 61613: 'stomp' };

/** Tests are impatient: this instead of the configuration's intervals. */
const CHECKS = 'inter 300ms fastinter 100ms fall 2 rise 1';

/** Milliseconds until it has noticed how a node is, on a busy machine. */
const SEES_MS = Number(process.env.DESKWIRE_E2E_PATIENCE ?? 120_000);

const port = (url) => new URL(url.replace(/^(mqtt|stomp):/, 'http:')).port;

/** The configuration with the test's ports and nodes. */
function adapted(text, nodes, ports, socket, hashes) {
  const lines = text.split('\n').flatMap((line) => {
    if (!hashes && /use_backend sockjs/.test(line)) {
      return [];
    }
    const server = line.match(/^ +server n1 n1:(\d+) check(.*)$/);
    if (server) {
      const scheme = SCHEMES[server[1]];
      return nodes.map((node) => {
        const check = server[2] ? ` port ${port(node.url)}` : '';
        return `    server ${node.name} 127.0.0.1:${port(node.stream(scheme))} check${check}`;
      });
    }
    const bind = line.match(/^( +bind) :(\d+)$/);
    if (bind) {
      return `${bind[1]} 127.0.0.1:${ports[SCHEMES[bind[2]]]}`;
    }
    if (/^ +server /.test(line) || /spread-checks/.test(line)) {
      return [];
    }
    return line
      .replace('maxconn 100000', 'maxconn 4000')
      .replace('leastconn', 'roundrobin')
      .replace('timeout check 3s', 'timeout check 2s')
      .replace(/inter \S+ fastinter \S+ fall \d+ rise \d+/, CHECKS);
  });
  return lines.join('\n').replace('\nglobal\n', `\nglobal\n    stats socket ${socket} mode 600 level admin\n`);
}

/** It stands in for a server: `url`, `ws` and `stream` are its own. */
export class Balancer extends Daemon {
  /**
   * @param {{name: string, url: string, stream: (scheme: string) => string}[]} nodes with listeners of all three schemes.
   * @param {{hashes?: boolean}} options hashes: whether the requests of a SockJS session are led to one node.
   */
  static async start(nodes, { hashes = true } = {}) {
    const balancer = new Balancer();
    try {
      await balancer.prepare('haproxy');
      balancer.socket = join(balancer.folder, 'stats');
      balancer.ports = {};
      for (const scheme of Object.values(SCHEMES)) {
        balancer.ports[scheme] = await freePort();
      }
      const file = join(balancer.folder, 'haproxy.cfg');
      const text = await readFile(CONFIGURATION, 'utf8');
      await writeFile(file, adapted(text, nodes, balancer.ports, balancer.socket, hashes));
      balancer.spawn('haproxy', '-db', '-f', file);
      await balancer.sees(Object.fromEntries(nodes.map(({ name }) => [name, 'UP'])));
    } catch (error) {
      await balancer.remove();
      throw new Error(`HAProxy did not start: ${error.message}\n${balancer.output}`);
    }
    return balancer;
  }

  get url() {
    return this.stream('http');
  }

  /** The URL of the front for a scheme. */
  stream(scheme) {
    return `${scheme}://127.0.0.1:${this.ports[scheme]}`;
  }

  /** The URL of a WebSocket endpoint. */
  ws(path) {
    return `${this.url.replace('http', 'ws')}${path}`;
  }

  /** What it thinks of the nodes: `{name: 'UP' | 'DOWN' …}`; of several fronts the worst. */
  async states() {
    const socket = connect(this.socket);
    try {
      await once(socket, 'connect');
      socket.end('show stat\n');
      const text = Buffer.concat(await socket.toArray()).toString();
      const [head, ...rows] = text.trim().split('\n').map((line) => line.split(','));
      const [name, status] = [head.indexOf('svname'), head.indexOf('status')];
      const found = {};
      for (const row of rows.filter((cells) => !['FRONTEND', 'BACKEND'].includes(cells[name]))) {
        const [state] = row[status].split(' ');
        found[row[name]] = found[row[name]] && found[row[name]] !== 'UP' ? found[row[name]] : state;
      }
      return found;
    } finally {
      socket.destroy();
    }
  }

  /** Waits until it thinks this of these nodes. */
  async sees(expected) {
    await until(`the balancer sees ${JSON.stringify(expected)}`, async () => {
      if (!this.running) {
        throw new Error('it ended');
      }
      const states = await this.states().catch(() => ({}));
      return Object.entries(expected).every(([name, state]) => states[name] === state);
    }, SEES_MS);
  }
}
