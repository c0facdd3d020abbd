// The two example programs talk to each other, as a newcomer runs them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AGENT_PASSWORD, serverForThisFile } from './harness.js';
import { soon, until } from './waiting.js';

const server = await serverForThisFile();

/** One of the examples as a child process. */
class Example {
  output = '';

  constructor(t, script, ...options) {
    const path = fileURLToPath(import.meta.resolve(`deskwire-examples/${script}`));
    this.script = script;
    this.child = spawn(process.execPath, [path, '--server', server.url, ...options], {
      env: { ...process.env, DESKWIRE_AGENT_PASSWORD: AGENT_PASSWORD },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    t.after(() => this.child.kill('SIGKILL'));
  }

  /** Types a line. */
  type(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /** How often a line has been printed. */
  count(line) {
    return this.output.split('\n').filter((printed) => printed === line).length;
  }

  /** Waits for a line, for the `times`-th time. */
  async prints(line, times = 1) {
    await until(`${this.script} prints "${line}"`, () => this.count(line) >= times).catch((error) => {
      throw new Error(`${error.message}; it printed:\n${this.output}`);
    });
  }

  /** Waits for the end; it should be a good one. */
  async leaves() {
    assert.equal(await soon(`${this.script} leaves`, this.ended), 0, this.output);
  }
}

const ends = (output, text) => output.split('\n').filter((line) => line.endsWith(`: ${text}`)).length;

test('they greet each other and leave', async (t) => {
  const agent = new Example(t, 'agent.js', '--reply', 'How can I help?', '--exit-after', '1');
  await until('the agent is online', () => agent.output.includes('[online]'));
  const visitor = new Example(t, 'visitor.js', '--name', 'Ann', '--say', 'Is anyone there?', '--exit-after', '1');
  await agent.prints('Ann: Is anyone there?');
  await until('the answer', () => ends(visitor.output, 'How can I help?') === 1);
  await Promise.all([agent.leaves(), visitor.leaves()]);
  assert.equal(visitor.count('[sent] Is anyone there?'), 1);
  assert.equal(agent.count('[sent] How can I help?'), 1);
});

test('what is typed while the server is down arrives once, in order, when it is back', async (t) => {
  const agent = new Example(t, 'agent.js', '--device', 'second');
  await until('the agent is online', () => agent.output.includes('[online]'));
  const visitor = new Example(t, 'visitor.js', '--name', 'Bob');
  await visitor.prints('[online]');
  visitor.type('before');
  await agent.prints('Bob: before');

  await server.kill();
  await Promise.all([agent.prints('[offline]'), visitor.prints('[offline]')]);
  ['one', 'two'].forEach((line) => visitor.type(line));
  agent.type('three');
  await server.restart();

  await Promise.all(['one', 'two'].map((line) => agent.prints(`Bob: ${line}`)));
  await until('the answer', () => ends(visitor.output, 'three') > 0);
  visitor.type('after');
  await agent.prints('Bob: after');
  const heard = agent.output.split('\n').filter((line) => line.startsWith('Bob: '));
  assert.deepEqual(heard, ['Bob: before', 'Bob: one', 'Bob: two', 'Bob: after']);
  assert.equal(ends(visitor.output, 'three'), 1);

  [agent, visitor].forEach(({ child }) => child.kill('SIGINT'));
  await Promise.all([agent.leaves(), visitor.leaves()]);
});

test('without a password the agent says what is missing', async (t) => {
  const path = fileURLToPath(import.meta.resolve('deskwire-examples/agent.js'));
  const { DESKWIRE_AGENT_PASSWORD: _password, ...env } = process.env;
  const child = spawn(process.execPath, [path], { env });
  t.after(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const code = await soon('it leaves', new Promise((resolve) => child.once('close', resolve)));
  assert.equal(code, 2);
  assert.match(errors, /DESKWIRE_AGENT_PASSWORD/);
});
