// A conversation on the screen: followed while it is, with its notes among what was said.

import type { ChatMessage, Conversation, ConversationView } from '@deskwire/sdk';
import {
  computed,
  onScopeDispose,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue';
import { client, desk } from '../desk/client.js';
import { merge } from './merge.js';

/** What a thread on the screen is made of. */
export interface LiveThread {
  readonly view: ShallowRef<ConversationView>;
  readonly notes: ShallowRef<ConversationView>;
  /** What was said, and notes, by time. */
  readonly messages: ComputedRef<readonly ChatMessage[]>;
  /** How far we had read when it was opened; null while that is not known. */
  readonly readBefore: Ref<number | null>;
  readonly failed: Ref<boolean>;
  conversation(): Conversation;
  /** What is on the screen has been read. */
  markRead(): void;
}

/**
 * Follows the conversation that `topic` names, and the next one when it changes. Whoever looks on `unseen` has read
 * nothing: the visitor would be told.
 */
export function useLiveThread(topic: () => string, unseen: boolean): LiveThread {
  const view = shallowRef(client.conversation(topic()).view);
  const notes = shallowRef(client.conversation(desk.notesOf(topic())).view);
  const readBefore = shallowRef<number | null>(null);
  const failed = shallowRef(false);
  let stop: () => void = () => undefined;
  const conversation = () => client.conversation(topic());
  const markRead = () => {
    if (!unseen) {
      conversation().markRead();
    }
  };

  watch(
    topic,
    (now) => {
      stop();
      const said = client.conversation(now);
      const noted = client.conversation(desk.notesOf(now));
      view.value = said.view;
      notes.value = noted.view;
      readBefore.value = null;
      failed.value = false;
      const stops = [
        said.subscribe((seen) => (view.value = seen)),
        noted.subscribe((seen) => (notes.value = seen)),
      ];
      let current = true;
      said.join().then(
        () => {
          if (current) {
            readBefore.value = unseen ? null : said.view.readUpTo;
            markRead();
          }
        },
        () => (failed.value = current),
      );
      // Supervisors and agents of the queue may not read notes yet: the thread works without them.
      noted.join().catch(() => undefined);
      stop = () => {
        current = false;
        stops.forEach((end) => end());
        said.trim(50);
        said.leave();
        noted.leave();
      };
    },
    { immediate: true },
  );
  onScopeDispose(() => stop());

  return {
    view,
    notes,
    messages: computed(() => merge(view.value, notes.value.messages)),
    readBefore,
    failed,
    conversation,
    markRead,
  };
}
