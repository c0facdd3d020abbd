// What is said about the connection, and when: nothing for three seconds, and a short word when it is back.

import type { ChatClient, ConnectionState } from '@deskwire/sdk';
import { useEffect, useState } from 'preact/hooks';

/** What the line says. `retryAt` is in milliseconds since 1970. */
export type ConnectionLine =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'retrying'; readonly attempt: number; readonly retryAt: number }
  | { readonly kind: 'offline' }
  | { readonly kind: 'restored' };

/** How long trouble goes unmentioned, and how long its end is shown. */
export const PATIENCE_MS = 3000;
export const RESTORED_MS = 2000;

const well = new Set(['connected', 'degraded', 'idle', 'closed']);

/** What to say of a state that is `well` or not, with `online` as the browser has it. `since` is when the trouble began. */
export function sayOf(
  state: ConnectionState,
  changedAt: number,
  since: number | null,
  online: boolean,
  now: number,
): ConnectionLine | null {
  if (well.has(state.status)) {
    return null;
  }
  if (since === null || now - since < PATIENCE_MS) {
    return null;
  }
  if (!online) {
    return { kind: 'offline' };
  }
  return state.retryInMs === null
    ? { kind: 'connecting' }
    : { kind: 'retrying', attempt: state.attempt, retryAt: changedAt + state.retryInMs };
}

/** The line to show now; ticks while there is one. */
export function useConnectionLine(client: ChatClient): { line: ConnectionLine | null; now: number } {
  const [shown, setShown] = useState<{ line: ConnectionLine | null; now: number }>({ line: null, now: 0 });
  useEffect(() => {
    let changedAt = Date.now();
    let since = well.has(client.state.status) ? null : changedAt;
    let restoredUntil = 0;
    let wasShown = false;
    const look = () => {
      const now = Date.now();
      const trouble = sayOf(client.state, changedAt, since, navigator.onLine, now);
      wasShown ||= trouble !== null;
      const line = trouble ?? (now < restoredUntil ? { kind: 'restored' as const } : null);
      setShown((before) => (before.line === null && line === null ? before : { line, now }));
    };
    const stop = client.on('state', ({ current }) => {
      changedAt = Date.now();
      if (!well.has(current.status)) {
        since ??= changedAt;
      } else {
        restoredUntil = wasShown ? changedAt + RESTORED_MS : 0;
        wasShown = false;
        since = null;
      }
      look();
    });
    const timer = setInterval(look, 500);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [client]);
  return shown;
}
