// The examples run as their readers run them: in Node, with the built packages, against the real server.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { binary, PASSWORD, SERVICE } from './harness.js';
import { Scene } from './people.js';

const scene = new Scene();
const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const built = existsSync(path('dist/index.js'));
const running: ChildProcess[] = [];
afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

/** Runs an example; what it prints, line by line, and its end. */
function run(name: string, ...args: string[]) {
  const child = spawn(process.execPath, [path(`examples/${name}`), scene.server.url, ...args], {
    env: { ...process.env, PASSWORD, SERVICE },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    waiting.forEach((look) => look());
  });
  const ended = new Promise<string[]>((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 || code === null
        ? resolve(output.trim().split('\n'))
        : reject(new Error(`${name} has ended with ${code}:\n${output}`)),
    );
  });
  const says = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.includes(wanted) && resolve();
      waiting.add(look);
      look();
    });
  return { ended, says, stop: () => child.kill('SIGTERM') };
}

describe.skipIf(binary === undefined || !built)('examples', () => {
  it('a visitor is greeted by an agent', async () => {
    const agent = run('agent.mjs');
    await agent.says('available');
    const visitor = await run('visitor.mjs', 'Do you have tea?').ended;
    expect(visitor).toEqual(['outcome: chatting', expect.stringMatching(/^sent: \d+$/), expect.any(String)]);
    expect(visitor[2]).toMatch(/: How can I help\?$/);
    await agent.says('greeted somebody');
    agent.stop();
    expect((await agent.ended)[0]).toBe('available');
  });

  it('what was written without a server is sent by the next process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskwire-example-'));
    const file = join(folder, 'queue.json');
    expect(await run('outage.mjs', file, 'write').ended).toEqual(['waits']);
    expect(await run('outage.mjs', file, 'send').ended).toEqual(['sent: written without a server']);
    await rm(folder, { recursive: true });
  });

  it('a back end posts a notice, which the wrapper of old hears and marks as read', async () => {
    const agent = run('notices.mjs');
    await agent.says('unread: 0');
    expect(await run('notice.mjs', 'An order was cancelled').ended).toEqual(['recipients: 1']);
    await agent.says('unread: 1\nAn order was cancelled\nunread: 0');
    // Somebody comes and goes: the agent is told how many are online, which says nothing of notices.
    await run('carriers.mjs', 'ws').ended;
    await run('notice.mjs', 'Another was').ended;
    await agent.says('unread: 1\nAnother was\nunread: 0');
    agent.stop();
    expect((await agent.ended).filter((line) => line.startsWith('unread: ') && !/ \d+$/.test(line))).toEqual(
      [],
    );
  });

  it.each(['ws', 'sockjs', 'http', 'mqtt'])('a visitor speaks by %s', async (carrier) => {
    const status = carrier === 'http' ? 'degraded' : 'connected';
    expect(await run('carriers.mjs', carrier).ended).toEqual([
      `${status} by ${carrier}: Hello by ${carrier}!`,
    ]);
  });
});
