// A program that a test runs beside the server: PostgreSQL, Redis, HAProxy. It ends with the test process at the latest.

import { execFile, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** How much of the output is kept for a failure report, in characters. */
const KEPT_OUTPUT = 10_000;

/** Where Debian keeps what is not on the path. */
const POSTGRESQL = '/usr/lib/postgresql';

const execute = promisify(execFile);

/** Without its services a test has to fail instead of being skipped. */
const REQUIRED = process.env.DESKWIRE_REQUIRE_SERVICES === '1';

/** Where PostgreSQL's programs are: `DESKWIRE_E2E_POSTGRES`, the newest of Debian's folders, or the path. */
export function postgresFolder() {
  if (process.env.DESKWIRE_E2E_POSTGRES) {
    return process.env.DESKWIRE_E2E_POSTGRES;
  }
  const releases = existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL).sort((a, b) => Number(b) - Number(a)) : [];
  return releases.map((release) => join(POSTGRESQL, release, 'bin')).find((folder) => existsSync(join(folder, 'postgres'))) ?? '';
}

const onPath = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/**
 * What `node:test` takes as `skip`: why the tests of a file cannot run here, or false.
 *
 * @param {string[]} programs of `postgres`, `redis-server` and `haproxy`.
 */
export function missing(...programs) {
  const absent = programs.filter((name) =>
    name === 'postgres' ? !existsSync(join(postgresFolder(), name)) && !onPath(name) : !onPath(name),
  );
  if (absent.length === 0) {
    return false;
  }
  const reason = `not installed: ${absent.join(', ')}`;
  if (REQUIRED) {
    throw new Error(reason);
  }
  return reason;
}

/** A port of the loopback address that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** User and group of an account. */
async function account(name) {
  const ids = await Promise.all(['-u', '-g'].map((which) => execute('id', [which, name])));
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
  return { uid, gid };
}

/** How a command is run: as somebody else if root must not, and ended by the kernel if the test is killed. */
function wrapped(command, owner, lasting) {
  if (!onPath('setpriv')) {
    return command;
  }
  const as = owner ? [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'] : [];
  const end = lasting ? ['--pdeathsig', 'KILL'] : [];
  return as.length + end.length === 0 ? command : ['setpriv', ...as, ...end, '--', ...command];
}

/** A folder for its files, and the process while it runs. */
export class Daemon {
  /** What it has printed to both streams, the latest part. */
  output = '';
  #child;
  #owner;
  #killOnExit = () => this.#child.kill('SIGKILL');

  /**
   * Makes the folder.
   *
   * @param {string} name of the program, for its folder.
   * @param {string} [user] under which root runs it.
   */
  async prepare(name, user) {
    this.folder = await mkdtemp(join(tmpdir(), `deskwire-${name}-`));
    if (user && process.getuid?.() === 0) {
      this.#owner = await account(user);
      await chown(this.folder, this.#owner.uid, this.#owner.gid);
    }
  }

  /** Runs a helper to its end as the program's user; returns its output. */
  async run(...command) {
    const [program, ...rest] = wrapped(command, this.#owner, false);
    const { stdout } = await execute(program, rest, { cwd: this.folder, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  /** Starts the process. */
  spawn(...command) {
    const [program, ...rest] = wrapped(command, this.#owner, true);
    const child = spawn(program, rest, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output = (this.output + text).slice(-KEPT_OUTPUT);
      });
    }
    /** Resolves when the process has ended. */
    this.ended = new Promise((resolve) => {
      child.once('error', resolve);
      child.once('exit', () => {
        process.removeListener('exit', this.#killOnExit);
        resolve();
      });
    });
    process.once('exit', this.#killOnExit);
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal to the process and to the processes it has made. */
  async signalAll(name) {
    for (const pid of [this.pid, ...(await childrenOf(this.pid))]) {
      signal(pid, name);
    }
  }

  /** Stands still: it keeps its connections and answers none. */
  pause() {
    return this.signalAll('SIGSTOP');
  }

  resume() {
    return this.signalAll('SIGCONT');
  }

  /** Kills it with no chance to clean up. */
  async kill() {
    await this.end('SIGKILL');
  }

  /** Sends a signal that ends it and waits until it has. */
  async end(name) {
    if (this.running) {
      this.#child.kill(name);
      await this.ended;
    }
  }

  /** Ends it and removes its folder. */
  async remove() {
    if (this.#child) {
      await this.kill();
    }
    if (this.folder) {
      // Children of a killed PostgreSQL may still be writing their last.
      await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
}

/** The processes that a process has made and that are still there. */
async function childrenOf(parent) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // `pid (name) state parent …`, and the name may hold anything.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') {
      throw error;
    }
  }
}
