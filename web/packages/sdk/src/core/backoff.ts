// When to try again: full jitter, so that thousands who were cut off together do not come back together.

const FIRST_MS = 500;
const LONGEST_MS = 20_000;
const SHORTEST_MS = 200;

/** After this long without a connection tries become seldom. */
export const SUSPEND_AFTER_MS = 120_000;
const SUSPENDED_MS = 30_000;

/**
 * Milliseconds to wait before try number `attempt` (from 0): random between 200 ms and a bound that doubles from half a
 * second to 20 seconds. The server's own wish counts if it is longer, and is spread too.
 */
export function reconnectDelay(attempt: number, random: () => number, retryAfterMs = 0): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return between(SHORTEST_MS + retryAfterMs, bound + retryAfterMs, random);
}

/** The same once tries are seldom: 15 to 30 seconds. */
export function suspendedDelay(random: () => number): number {
  return between(SUSPENDED_MS / 2, SUSPENDED_MS, random);
}

function between(low: number, high: number, random: () => number): number {
  return Math.round(low + random() * (high - low));
}
