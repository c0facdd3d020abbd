// Waiting for conditions. Nothing here sleeps and hopes: a wait ends when its condition holds, or fails loudly.

import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds after which a condition counts as never coming true. Generous: only a failing test reaches it. */
export const PATIENCE = Number(process.env.DESKWIRE_E2E_PATIENCE ?? 30_000);

/** Milliseconds between two looks at a condition. */
const INTERVAL = 10;

/**
 * Resolves with the first truthy value of `condition`, which may be async.
 *
 * @param {string} what names the condition in the error.
 */
export async function until(what, condition, patience = PATIENCE) {
  const deadline = performance.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`did not happen within ${patience} ms: ${what}`);
    }
    await pause(INTERVAL);
  }
}

/** Resolves like `promise`, or rejects when it takes too long. */
export async function soon(what, promise, patience = PATIENCE) {
  const abort = new AbortController();
  const late = pause(patience, undefined, { signal: abort.signal, ref: false }).then(
    () => Promise.reject(new Error(`did not happen within ${patience} ms: ${what}`)),
    () => {},
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
  }
}
