// Programs that use Python's stock clients, in the virtual environment that `make setup-python` makes.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The interpreter of the virtual environment. */
function interpreter() {
  const python = process.env.DESKWIRE_E2E_PYTHON ?? file('../../target/e2e-python/bin/python');
  if (!existsSync(python)) {
    throw new Error(`no Python with the clients at ${python}: run \`make setup-python\` or set DESKWIRE_E2E_PYTHON`);
  }
  return python;
}

/**
 * A function that runs one scenario of a program in this folder, and rejects with what Python printed.
 *
 * @param {string} program the name of its file.
 * @param {{timeout?: number}} options milliseconds that a scenario may take.
 * @returns {(...args: string[]) => Promise<void>}
 */
export function pythonProgram(program, { timeout = 60_000 } = {}) {
  const python = interpreter();
  return (...args) =>
    new Promise((resolve, reject) => {
      execFile(python, [file(program), ...args], { timeout, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
        error ? reject(new Error(`${stdout}${stderr}` || error.message)) : resolve();
      });
    });
}
