// Which conversations are shown, in which order, and which one is open.

import type { ConversationSummary, DeskThread } from '@deskwire/sdk';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { desk } from './client.js';
import { usePreferences } from './preferences.js';
import { useSession } from './session.js';
import { explain, useToasts } from './toasts.js';
import { neighbour, sortRows } from './waiting.js';
import { t } from '../texts/words.js';

/** What the list shows. */
export type Filter = 'mine' | 'unread' | 'closed';

/** How long closing can be taken back. */
export const UNDO_MS = 5_000;

/** How many closed conversations are remembered. */
const CLOSED_KEPT = 50;

/** The inbox. */
export const useInbox = defineStore('inbox', () => {
  const session = useSession();
  const toasts = useToasts();
  const { choices } = usePreferences();
  const filter = ref<Filter>('mine');
  const open = ref<string | null>(null);
  const closing = shallowRef<ReadonlyMap<string, number>>(new Map());
  const closed = shallowRef<readonly DeskThread[]>([]);

  const rows = computed(() => {
    if (filter.value === 'closed') {
      return closed.value;
    }
    const shown = session.view.threads.filter(
      ({ topic, unread }) => !closing.value.has(topic) && (filter.value === 'mine' || unread > 0),
    );
    return sortRows(shown, choices.order);
  });

  function move(step: 1 | -1): string | null {
    return neighbour(rows.value, open.value, step);
  }

  /** Closes in five seconds, unless that is taken back. */
  function close(topic: string): void {
    const thread = session.threadOf(topic);
    if (!thread || closing.value.has(topic)) {
      return;
    }
    const timer = window.setTimeout(() => void closeNow(thread), UNDO_MS);
    closing.value = new Map(closing.value).set(topic, timer);
    toasts.say(t('close.done', { name: thread.visitor.name }), {
      ms: UNDO_MS,
      action: { label: t('close.undo'), run: () => keep(topic) },
    });
  }

  function keep(topic: string): void {
    clearTimeout(closing.value.get(topic));
    forget(topic);
  }

  async function closeNow(thread: DeskThread): Promise<void> {
    try {
      await desk.close(thread.topic);
      remember({ ...thread, status: 'closed', waitingSince: null, unread: 0 });
    } catch (error) {
      toasts.fail(explain(error));
    } finally {
      forget(thread.topic);
    }
  }

  function forget(topic: string): void {
    const left = new Map(closing.value);
    left.delete(topic);
    closing.value = left;
  }

  function remember(thread: DeskThread): void {
    const others = closed.value.filter(({ topic }) => topic !== thread.topic);
    closed.value = [thread, ...others].slice(0, CLOSED_KEPT);
  }

  /** The row of a conversation, wherever it is listed. */
  function rowOf(topic: string): DeskThread | ConversationSummary | undefined {
    return session.threadOf(topic) ?? closed.value.find((thread) => thread.topic === topic);
  }

  return { filter, open, rows, closing, closed, move, close, keep, remember, rowOf };
});
