// What is said about the connection, and when: nothing for three seconds, and a short word when it is back.

import type { ConnectionState } from '@deskwire/sdk';
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { client } from './client.js';

/** What the line says. */
export type ConnectionLine =
  | { readonly kind: 'connecting' | 'offline' | 'restored' | 'signed-out' }
  | { readonly kind: 'retrying'; readonly attempt: number; readonly seconds: number };

/** How long trouble goes unmentioned, and how long its end is shown. */
export const PATIENCE_MS = 3_000;
export const RESTORED_MS = 2_000;

const well = new Set(['connected', 'degraded', 'idle', 'closed']);

/** Follows the connection and decides what to say; time comes from outside. */
export class ConnectionStory {
  #changedAt: number;
  #since: number | null;
  #restoredUntil = 0;
  #told = false;
  #state: ConnectionState;

  constructor(state: ConnectionState, now: number) {
    this.#state = state;
    this.#changedAt = now;
    this.#since = well.has(state.status) ? null : now;
  }

  /** The state is another one. */
  changed(state: ConnectionState, now: number): void {
    this.#state = state;
    this.#changedAt = now;
    if (!well.has(state.status)) {
      this.#since ??= now;
      return;
    }
    this.#restoredUntil = this.#told ? now + RESTORED_MS : 0;
    this.#told = false;
    this.#since = null;
  }

  /** What to say now; `online` as the browser has it. */
  say(online: boolean, now: number): ConnectionLine | null {
    const { status, retryInMs, attempt } = this.#state;
    if (this.#since === null) {
      return now < this.#restoredUntil ? { kind: 'restored' } : null;
    }
    if (status === 'disconnected' && retryInMs === null) {
      return { kind: 'signed-out' };
    }
    if (now - this.#since < PATIENCE_MS) {
      return null;
    }
    this.#told = true;
    if (!online) {
      return { kind: 'offline' };
    }
    if (retryInMs === null) {
      return { kind: 'connecting' };
    }
    const seconds = Math.max(0, Math.ceil((this.#changedAt + retryInMs - now) / 1000));
    return { kind: 'retrying', attempt, seconds };
  }
}

/** The line to show now. */
export function useConnectionLine(): ShallowRef<ConnectionLine | null> {
  const line = shallowRef<ConnectionLine | null>(null);
  const story = new ConnectionStory(client.state, Date.now());
  const look = () => (line.value = story.say(navigator.onLine, Date.now()));
  const stop = client.on('state', ({ current }) => {
    story.changed(current, Date.now());
    look();
  });
  const timer = setInterval(look, 500);
  onScopeDispose(() => {
    stop();
    clearInterval(timer);
  });
  return line;
}
