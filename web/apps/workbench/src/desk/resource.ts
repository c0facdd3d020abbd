// A list or a record that a page reads from the server: loading, there, or failed with a way to try again.

import { ChatError } from '@deskwire/sdk';
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { explain } from './toasts.js';

/** How long loading goes unmentioned: what is there at once should not flash. */
const PATIENCE_MS = 300;

/** What a page knows of it. */
export interface Resource<T> {
  readonly value: ShallowRef<T | null>;
  /** Loading for so long that it is to be shown. */
  readonly slow: ComputedRef<boolean>;
  readonly error: ComputedRef<string | null>;
  /** The server does not let us see it. */
  readonly denied: ComputedRef<boolean>;
  /** Reads it anew; an answer that was overtaken is dropped. */
  reload(): Promise<void>;
}

/** Reads at once, and again with `reload`. */
export function useResource<T>(read: () => Promise<T>): Resource<T> {
  const value = shallowRef<T | null>(null);
  const failure = shallowRef<unknown>(null);
  const slow = ref(false);
  let run = 0;
  onScopeDispose(() => (run = -1));

  async function reload(): Promise<void> {
    if (run < 0) {
      return;
    }
    run += 1;
    const mine = run;
    const timer = setTimeout(() => (slow.value = run === mine && value.value === null), PATIENCE_MS);
    try {
      const found = await read();
      if (run === mine) {
        value.value = found;
        failure.value = null;
      }
    } catch (error) {
      if (run === mine) {
        failure.value = error;
      }
    } finally {
      clearTimeout(timer);
      slow.value = false;
    }
  }

  void reload();
  return {
    value,
    slow: computed(() => slow.value),
    error: computed(() => (failure.value === null ? null : explain(failure.value))),
    denied: computed(() => failure.value instanceof ChatError && isDenied(failure.value)),
    reload,
  };
}

/** Whether our role is not enough, by HTTP or by the rules of the desk. */
function isDenied({ status, code }: ChatError): boolean {
  return status === 403 || code === 'NOT_ALLOWED' || code === 'FORBIDDEN';
}
