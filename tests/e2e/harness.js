// The server under test: the real binary on a free port with its own data folder, started, killed, restarted, stopped.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, after } from 'node:test';
import { until } from './waiting.js';

/** The password of the demo agent in all tests. */
export const AGENT_PASSWORD = 'correct horse battery staple';

/** Fifty visitors come from this one address, and they come at once. */
const FOR_MANY_VISITORS = { DESKWIRE__LIMITS__INIT_PER_SECOND: '10000' };

/** How much of the server's output is kept for a failure report, in characters. */
const KEPT_OUTPUT = 20_000;

/** The path of the binary: `DESKWIRE_BIN`, or the newest place a build leaves it. */
export function binary() {
  const built = ['release', 'debug'].map((profile) =>
    fileURLToPath(new URL(`../../target/${profile}/deskwire`, import.meta.url)),
  );
  const path = process.env.DESKWIRE_BIN ?? built.find(existsSync);
  if (!path) {
    throw new Error('no binary: build the server or set DESKWIRE_BIN');
  }
  return path;
}

/** One process of the server. It ends with the test process at the latest. */
export class Process {
  /** What it has printed to both streams, the latest part. */
  output = '';
  #child;
  #killOnExit = () => this.#child.kill('SIGKILL');

  /** @param {{listen: string[], data: string, env?: Record<string, string>}} options */
  constructor({ listen, data, env = {} }) {
    const listeners = listen.flatMap((url) => ['--listen', url]);
    this.#child = spawn(binary(), ['serve', '--data', data, ...listeners], {
      env: { ...process.env, ...FOR_MANY_VISITORS, DESKWIRE_AGENT_PASSWORD: AGENT_PASSWORD, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT);
      });
    }
    /** Resolves with `{code, signal}` when the process has ended and all its output is read. */
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        process.removeListener('exit', this.#killOnExit);
        resolve({ code, signal });
      });
    });
    this.ended.catch(() => {});
    process.once('exit', this.#killOnExit);
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The URLs it says it listens on, in the order printed. */
  get urls() {
    return [...new Set(this.output.match(/\b(?:http|stomp|mqtt)s?:\/\/127\.0\.0\.1:\d+/g) ?? [])];
  }

  signal(name) {
    this.#child.kill(name);
  }
}

/** A server with a data folder that outlives its processes. */
export class Server {
  #data;
  #env;
  #listen;
  #process;

  /**
   * Starts a server and waits until it is ready.
   *
   * @param {{env?: Record<string, string>, listeners?: number, streams?: string[]}} options environment of the process;
   *   number of HTTP listeners; schemes of further listeners, as `stomp`.
   */
  static async start({ env = {}, listeners = 1, streams = [] } = {}) {
    const server = new Server();
    server.#data = await mkdtemp(join(tmpdir(), 'deskwire-e2e-'));
    server.#env = env;
    server.#listen = [...Array(listeners).fill('http'), ...streams].map((scheme) => `${scheme}://127.0.0.1:0`);
    try {
      await server.restart();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The data folder. */
  get data() {
    return this.#data;
  }

  /** The URLs of the listeners; they stay the same over restarts. */
  get urls() {
    return this.#listen;
  }

  /** The URL of the first listener. */
  get url() {
    return this.#listen[0];
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
    return this.#process.output;
  }

  /** Starts a process on the same data and the same ports; the earlier one must have ended. */
  async restart() {
    const process = new Process({ listen: this.#listen, data: this.#data, env: this.#env });
    this.#process = process;
    await until('the server is ready', async () => {
      if (!process.running) {
        throw new Error(`the server ended before it was ready:\n${process.output}`);
      }
      const url = process.urls[0];
      return url && process.urls.length >= this.#listen.length && (await isReady(url));
    }).catch((error) => {
      process.signal('SIGKILL');
      throw new Error(`${error.message}\n${process.output}`);
    });
    this.#listen = process.urls.slice(0, this.#listen.length);
  }

  /** Kills the process with no chance to clean up, and waits until it is gone. */
  async kill() {
    this.#process.signal('SIGKILL');
    await this.#process.ended;
  }

  /** Asks the process to end and waits until it has. Resolves with `{code, signal}`. */
  async terminate() {
    this.#process.signal('SIGTERM');
    return this.#process.ended;
  }

  /** Ends the process and removes the data. */
  async stop() {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }
}

async function isReady(url) {
  try {
    const response = await fetch(`${url}/readyz`);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false; // not listening yet
  }
}

/**
 * A server for the tests of one file: stopped after the last of them, and its output printed with each that fails.
 *
 * @param {Parameters<typeof Server.start>[0]} options
 */
export async function serverForThisFile(options) {
  const server = await Server.start(options);
  afterEach((t) => {
    if (t.passed === false) {
      t.diagnostic?.(`the server said:\n${server.output}`);
    }
  });
  after(() => server.stop());
  return server;
}
