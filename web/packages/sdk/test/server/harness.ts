// The server under test: the real binary on a free port with its own data folder.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ORGANISATION = 'df_org_uid';
export const AGENT = 'df_ag_uid';
export const WORKGROUP = 'df_wg_uid';
export const PASSWORD = 'correct horse battery staple';

/** Name and secret of the service account. */
export const SERVICE = 'shop:shop-secret';

/** `DESKWIRE_BIN`, or where a build leaves the binary; undefined where there is none. */
export const binary =
  process.env['DESKWIRE_BIN'] ??
  ['release', 'debug']
    .map((profile) => fileURLToPath(new URL(`../../../../../target/${profile}/deskwire`, import.meta.url)))
    .find(existsSync);

/** A server with a data folder that outlives its processes. */
export class Server {
  url = 'http://127.0.0.1:0';
  readonly #data: string;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(data: string) {
    this.#data = data;
  }

  static async start(): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'deskwire-sdk-')));
    await server.restart();
    return server;
  }

  get data(): string {
    return this.#data;
  }

  /** Starts a process on the same data and the same port; resolves when it is ready. */
  async restart(): Promise<void> {
    if (binary === undefined) {
      throw new Error('no binary: build the server or set DESKWIRE_BIN');
    }
    const child = spawn(binary, ['serve', '--data', this.#data, '--listen', this.url], {
      env: {
        ...process.env,
        DESKWIRE__LIMITS__INIT_PER_SECOND: '10000',
        DESKWIRE__LIMITS__VISITOR_MESSAGES_PER_SECOND: '10000',
        DESKWIRE__WEBHOOKS__ALLOWED_NETWORKS: '["127.0.0.0/8"]',
        DESKWIRE_AGENT_PASSWORD: PASSWORD,
        DESKWIRE_ADMIN_PASSWORD: PASSWORD,
        DESKWIRE_SERVICE_ACCOUNT: SERVICE,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    const listening = new Promise<string>((resolve, reject) => {
      const heard = (text: string) => {
        this.#output = (this.#output + text).slice(-20_000);
        const url = /\bhttp:\/\/127\.0\.0\.1:\d+/.exec(this.#output)?.[0];
        if (url !== undefined) {
          resolve(url);
        }
      };
      child.stdout.setEncoding('utf8').on('data', heard);
      child.stderr.setEncoding('utf8').on('data', heard);
      child.once('close', () => reject(new Error(`the server ended before it was ready:\n${this.#output}`)));
    });
    this.url = await listening;
    // It may say where it listens shortly before it does.
    while (
      !(await fetch(`${this.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Kills the process with no chance to clean up. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }

  files(): Promise<string[]> {
    return readdir(this.#data);
  }
}
