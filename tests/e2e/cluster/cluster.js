// Nodes of the real binary with everything around them: PostgreSQL, Redis, a load balancer, and links between each node and
// its services that can be cut. One node without services (SQLite) stands in where a test needs no more.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, afterEach } from 'node:test';
import { binary, Process } from '../harness.js';
import { until } from '../waiting.js';
import { missing } from './daemon.js';
import { Balancer } from './haproxy.js';
import { NetworkLink } from './network-link.js';
import { Postgres } from './postgres.js';
import { Redis } from './redis.js';

/** A node that stands still is given this long to answer whether it is ready, in milliseconds. */
const ANSWER_MS = 2_000;

/** Milliseconds before a node that is not ready is asked again: it looks whether it can commit each time. */
const ASK_AGAIN_MS = 100;

/** Milliseconds for a node to start, or to be ready again: a debug build on a busy machine. */
const START_MS = Number(process.env.DESKWIRE_E2E_PATIENCE ?? 120_000);

/** The settings of a node in a cluster. */
const clustered = (name, postgres, redis) => ({
  DESKWIRE__STORE__URL: postgres,
  DESKWIRE__CLUSTER__REDIS: redis,
  DESKWIRE__CLUSTER__NODE: name,
});

/** What `node:test` takes as `skip` for tests of several nodes. */
export function noCluster() {
  return missing('postgres', 'redis-server', 'haproxy');
}

/** One node. It stands in for a server: `url`, `ws` and `stream` are its own. */
export class Node {
  /** Links to its services: `{redis, postgres}`. */
  links = {};
  #data;
  #env;
  #process;
  #listen = ['http', 'mqtt', 'stomp'].map((scheme) => `${scheme}://127.0.0.1:0`);

  /** @param {{name: string, env: Record<string, string>, links?: Record<string, NetworkLink>}} options */
  static async make({ name, env, links = {} }) {
    const node = new Node();
    node.name = name;
    node.links = links;
    node.#env = env;
    node.#data = await mkdtemp(join(tmpdir(), `deskwire-${name}-`));
    return node;
  }

  get url() {
    return this.#listen[0];
  }

  get data() {
    return this.#data;
  }

  /** The URL of the listener with this scheme. */
  stream(scheme) {
    return this.#listen.find((url) => url.startsWith(`${scheme}:`));
  }

  /** The URL of a WebSocket endpoint. */
  ws(path) {
    return `${this.url.replace('http', 'ws')}${path}`;
  }

  /** What the current process has printed. */
  get output() {
    return this.#process?.output ?? '';
  }

  get running() {
    return this.#process?.running ?? false;
  }

  /** Starts a process on the node's data and ports; the earlier one must have ended. Does not wait until it is ready. */
  async begin() {
    const started = new Process({ listen: this.#listen, data: this.#data, env: this.#env });
    this.#process = started;
    await until(`${this.name} listens`, () => {
      if (!started.running) {
        throw new Error(`${this.name} ended at its start:\n${started.output}`);
      }
      return started.urls.length >= this.#listen.length;
    }, START_MS);
    this.#listen = started.urls.slice(0, this.#listen.length);
  }

  /** Starts a process and waits until it is ready. */
  async start() {
    await this.begin();
    await this.ready();
  }

  /** Waits until it is ready to serve. */
  async ready() {
    const isReady = async () => (await this.isReady()) || pause(ASK_AGAIN_MS, false);
    await until(`${this.name} is ready`, isReady, START_MS).catch((error) => {
      throw new Error(`${error.message}\n${this.output}`);
    });
  }

  /** Whether it says that it is ready. */
  async isReady() {
    return (await this.readiness()).status === 200;
  }

  /** What it says about being ready: `{status, text}`; status 0 if it does not answer. */
  async readiness() {
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /** Kills the process with no chance to clean up. */
  async kill() {
    if (this.running) {
      this.#process.signal('SIGKILL');
      await this.#process.ended;
    }
  }

  /** Asks the process to end and waits until it has. Resolves with `{code, signal}`. */
  terminate() {
    this.#process.signal('SIGTERM');
    return this.#process.ended;
  }

  /** Stands still, as a machine whose hypervisor has no time for it. */
  pause() {
    this.#process.signal('SIGSTOP');
  }

  resume() {
    this.#process.signal('SIGCONT');
  }

  /** Ends the process and removes the data. */
  async remove() {
    await this.kill();
    Object.values(this.links).forEach((link) => link.stop());
    await rm(this.#data, { recursive: true, force: true });
  }
}

/** The nodes, `balancer`, and `postgres` and `redis` if there are several. */
export class Cluster {
  nodes = [];

  /**
   * Starts everything and waits until the balancer sees all nodes.
   *
   * @param {{nodes?: number, env?: Record<string, string>}} options nodes: 1 for a single one on SQLite without services;
   *   env: settings of all nodes.
   */
  static async start({ nodes = 3, env = {} } = {}) {
    const cluster = new Cluster();
    try {
      if (nodes > 1) {
        [cluster.postgres, cluster.redis] = await Promise.all([Postgres.start(), Redis.start()]);
      }
      for (let number = 1; number <= nodes; number += 1) {
        await cluster.#add(`n${number}`, env);
      }
      // The first one makes the tables and the demo organisation.
      const [first, ...others] = cluster.nodes;
      await first.start();
      await Promise.all(others.map((node) => node.start()));
      cluster.balancer = await Balancer.start(cluster.nodes);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #add(name, env) {
    const links = {};
    const settings = { ...env };
    if (this.postgres) {
      links.postgres = await NetworkLink.to(this.postgres.port);
      links.redis = await NetworkLink.to(this.redis.port);
      Object.assign(settings, clustered(name, this.postgres.url(links.postgres.port), this.redis.url(links.redis.port)));
    }
    this.nodes.push(await Node.make({ name, env: settings, links }));
  }

  /** What the nodes and the services have printed last. */
  get output() {
    const services = Object.entries({ postgres: this.postgres, redis: this.redis, balancer: this.balancer });
    return [...this.nodes.map((node) => [node.name, node]), ...services]
      .filter(([, part]) => part)
      .map(([name, part]) => `--- ${name}\n${part.output}`)
      .join('\n');
  }

  /** Waits until every node is ready and the balancer gives it work. */
  async settled() {
    await Promise.all(this.nodes.map((node) => node.ready()));
    await this.balancer.sees(Object.fromEntries(this.nodes.map(({ name }) => [name, 'UP'])));
  }

  /** Ends whatever a fault has done: everything runs, goes on and is connected. */
  async heal() {
    await Promise.all([this.postgres, this.redis].filter(Boolean).map((service) => this.#revive(service)));
    for (const node of this.nodes) {
      Object.values(node.links).forEach((link) => link.heal());
      if (node.running) {
        node.resume();
      } else {
        await node.begin();
      }
    }
    await this.settled();
  }

  async #revive(service) {
    if (service.running) {
      await service.resume();
    } else {
      await service.begin();
    }
  }

  /** Stops and starts one node after the other, as for an upgrade. Each is back before the next one goes. */
  async rollingRestart() {
    for (const node of this.nodes) {
      const { code } = await node.terminate();
      if (code !== 0) {
        throw new Error(`${node.name} ended with status ${code}:\n${node.output}`);
      }
      await this.balancer.sees({ [node.name]: 'DOWN' });
      await node.start();
      await this.settled();
    }
  }

  /** Ends everything and removes what it has written. */
  async stop() {
    await Promise.all(this.nodes.map((node) => node.remove()));
    await Promise.all([this.balancer, this.postgres, this.redis].map((part) => part?.remove()));
  }
}

/**
 * A cluster for the tests of one file: stopped after the last of them, and its output printed with each that fails.
 *
 * @param {Parameters<typeof Cluster.start>[0]} options
 */
export async function clusterForThisFile(options) {
  const cluster = await Cluster.start(options);
  afterEach((t) => {
    if (t.passed === false) {
      t.diagnostic?.(cluster.output);
    }
  });
  after(() => cluster.stop());
  return cluster;
}
