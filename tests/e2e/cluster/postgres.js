// A PostgreSQL of the test's own: made, stopped, killed, halted and started again on the same data and port.

import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from '../waiting.js';
import { Daemon, freePort, postgresFolder } from './daemon.js';

const USER = 'deskwire';
const DATABASE = 'deskwire';

const program = (name) => join(postgresFolder(), name);

/** An instance with one empty database. */
export class Postgres extends Daemon {
  /** @param {{durable?: boolean}} options durable: whether each commit waits for the disk, as in production. */
  static async start({ durable = false } = {}) {
    const postgres = new Postgres();
    postgres.durable = durable;
    try {
      await postgres.prepare('postgres', 'postgres');
      postgres.data = join(postgres.folder, 'data');
      const making = ['-D', postgres.data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
      await postgres.run(program('initdb'), ...making);
      postgres.port = await freePort();
      await postgres.begin();
      await postgres.run(program('createdb'), ...postgres.#login, DATABASE);
    } catch (error) {
      await postgres.remove();
      throw new Error(`PostgreSQL did not start: ${error.message}\n${postgres.output}`);
    }
    return postgres;
  }

  get #login() {
    return ['-h', '127.0.0.1', '-p', String(this.port), '-U', USER];
  }

  /** The URL for the server, at this port or that of a link in front of it. */
  url(port = this.port) {
    return `postgres://${USER}@127.0.0.1:${port}/${DATABASE}`;
  }

  /** Starts the process and waits until it answers. */
  async begin() {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      // A killed process loses nothing that it has handed to the kernel; only a machine without power would.
      fsync: this.durable ? 'on' : 'off',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await until('PostgreSQL answers', async () => {
      if (!this.running) {
        // After a kill it refuses to start until the last of its old processes is gone.
        this.spawn(program('postgres'), '-D', this.data, '-p', String(this.port), ...options);
      }
      return this.#answers();
    });
  }

  /** Stops it as an operator does: connections are ended, nothing is lost. */
  async terminate() {
    await this.end('SIGINT');
  }

  /** Stops and starts it. */
  async restart() {
    await this.terminate();
    await this.begin();
  }

  /** Rows of a query, as objects. */
  async query(sql) {
    return JSON.parse(await this.execute(`SELECT coalesce(json_agg(r), '[]') FROM (${sql}) r`));
  }

  /** Runs one statement; returns what it prints. */
  execute(sql) {
    const options = ['-d', DATABASE, '-v', 'ON_ERROR_STOP=1', '-qAtX'];
    return this.run(program('psql'), ...this.#login, ...options, '-c', sql);
  }

  async #answers() {
    const { port } = this;
    const ready = await this.run(program('pg_isready'), ...this.#login).then(
      () => true,
      () => false,
    );
    if (!ready) {
      return false;
    }
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return this.running;
  }
}
