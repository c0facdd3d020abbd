// What draws attention: the title of the page, and, from one tab only, sound and notifications.

import { plainText, type ChatMessage } from '@deskwire/sdk';
import { onScopeDispose, ref, watch } from 'vue';
import { router } from '../routes.js';
import { t } from '../texts/words.js';
import { client, desk } from './client.js';
import { usePreferences } from './preferences.js';
import { useSession } from './session.js';
import { useToasts } from './toasts.js';
import { isAsked } from './waiting.js';

/** How long an offer is announced outside of its conversation. */
const OFFER_MS = 15_000;

/** Left messages that wait for an answer. */
export const leftPending = ref(0);

/** Counts left messages anew. */
export function countLeft(): void {
  desk.leftMessages.pending().then(
    (count) => (leftPending.value = count),
    () => undefined, // told again with the next one
  );
}

/** Begins to draw attention, as long as the app stands. */
export function useAlerts(): void {
  const session = useSession();
  const toasts = useToasts();
  const { choices } = usePreferences();
  let waiting = new Set<string>();

  function tell(title: string, body: string, topic: string | null): void {
    if (!client.leader || (document.visibilityState === 'visible' && document.hasFocus())) {
      return;
    }
    if (choices.sound) {
      ring();
    }
    if (choices.notify && 'Notification' in window && Notification.permission === 'granted') {
      const shown = new Notification(title, {
        body,
        ...(topic !== null && { tag: topic }),
        icon: '/agent/mark.svg',
      });
      shown.onclick = () => {
        window.focus();
        void router.push(topic === null ? { name: 'inbox' } : { name: 'thread', params: { topic } });
        shown.close();
      };
    }
  }

  const heard = (message: ChatMessage) => {
    if (message.sender.role === 'visitor') {
      tell(t('notify.new', { name: message.sender.name }), plainText(message.content), message.topic);
    } else if (message.content.type === 'event' && message.content.event === 'TRANSFER') {
      tell(t('notify.transfer'), message.sender.name, message.topic);
    }
  };
  const told = ({ type, topic }: { type: string; topic: string | null }) => {
    // Once it is closed it is in the inbox no more.
    const name = (topic !== null && session.threadOf(topic)?.visitor.name) || t('notify.visitor');
    if (type === 'NOTIFICATION_AGENT_REPLY_TIMEOUT') {
      toasts.say(t('notify.remind', { name }), { ms: 8_000 });
      tell(t('notify.remind', { name }), '', topic);
    } else if (type === 'NOTIFICATION_RATE_SUBMITTED') {
      toasts.say(t('notify.rated', { name }));
    } else if (type === 'LEAVE_MSG_SUBMIT') {
      countLeft();
      tell(t('notify.left'), '', null);
    }
  };
  const stops = [client.on('message', heard), client.on('notice', told)];

  watch(
    () => session.view.threads.find(isAsked),
    (asked, before) => {
      if (
        asked?.offer &&
        asked.topic !== before?.topic &&
        router.currentRoute.value.params['topic'] !== asked.topic
      ) {
        const { kind, from } = asked.offer;
        const open = () => void router.push({ name: 'thread', params: { topic: asked.topic } });
        toasts.say(t(kind === 'transfer' ? 'transfer.incoming' : 'invite.incoming', { name: from.name }), {
          ms: OFFER_MS,
          action: { label: t('commands.open'), run: open },
        });
      }
    },
  );
  watch(
    () => session.view.queue,
    (queue) => {
      const added = queue.find(({ topic }) => !waiting.has(topic));
      waiting = new Set(queue.map(({ topic }) => topic));
      if (added) {
        tell(t('notify.waiting', { name: added.visitor.name }), added.lastText, added.topic);
      }
    },
  );
  watch(
    () => [session.view.unread, choices.language, session.identity] as const,
    ([unread]) => {
      document.title = unread > 0 && session.identity ? `(${unread}) ${t('app.name')}` : t('app.name');
    },
    { immediate: true },
  );
  watch(
    () => session.view.loaded,
    (loaded) => loaded && countLeft(),
  );
  onScopeDispose(() => stops.forEach((stop) => stop()));
}

/** Two short notes, made here: there is nothing to load. */
export function ring(): void {
  const audio = new AudioContext();
  for (const [index, pitch] of [659, 880].entries()) {
    const note = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + index * 0.12;
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
    note.connect(volume).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.3);
  }
  setTimeout(() => void audio.close(), 800);
}
