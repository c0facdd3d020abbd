// Short words at the edge of the screen: what was done, what failed, and how to take it back.

import { ChatError } from '@deskwire/sdk';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { t } from '../texts/words.js';

/** One of them. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'failed';
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

/** How long they stand if nobody says otherwise; failures are to be read. */
const MS = { done: 3_000, failed: 8_000 };

/** What is shown now. */
export const useToasts = defineStore('toasts', () => {
  const shown = shallowRef<readonly Toast[]>([]);
  let last = 0;

  function show(text: string, kind: Toast['kind'], ms: number, action: Toast['action']): void {
    last += 1;
    const toast = { id: last, text, kind, action };
    shown.value = [...shown.value, toast].slice(-4);
    setTimeout(() => dismiss(toast.id), ms);
  }

  function dismiss(id: number): void {
    shown.value = shown.value.filter((toast) => toast.id !== id);
  }

  return {
    shown,
    dismiss,
    say: (text: string, { ms = MS.done, action = null }: { ms?: number; action?: Toast['action'] } = {}) =>
      show(text, 'done', ms, action),
    fail: (text: string) => show(text, 'failed', MS.failed, null),
  };
});

/** Why something failed, in the reader's words where there are any. */
export function explain(error: unknown): string {
  if (!(error instanceof ChatError)) {
    return t('state.error');
  }
  switch (error.code) {
    case 'NETWORK':
    case 'TIMEOUT':
      return t('error.network');
    case 'TOO_MANY':
      return t('error.too-many');
    case 'NOT_ALLOWED':
    case 'FORBIDDEN':
      return t('error.not-allowed');
    default:
      return t('error.refused', { reason: error.message });
  }
}

/** Does something, and says what came of it. Resolves to whether it worked. */
export async function attempt(task: () => Promise<unknown>, done?: string): Promise<boolean> {
  const toasts = useToasts();
  try {
    await task();
    if (done !== undefined) {
      toasts.say(done);
    }
    return true;
  } catch (error) {
    toasts.fail(explain(error));
    return false;
  }
}
