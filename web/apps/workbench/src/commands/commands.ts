// Everything that can be done by a key or by name.

import { computed, type ComputedRef } from 'vue';
import { useRouter } from 'vue-router';
import { desk } from '../desk/client.js';
import { useDialogs } from '../desk/dialogs.js';
import { useInbox } from '../desk/inbox.js';
import { usePreferences } from '../desk/preferences.js';
import { seats, useSession } from '../desk/session.js';
import { attempt, useToasts } from '../desk/toasts.js';
import { t } from '../texts/words.js';
import { writeHere } from './write-here.js';

/** One of them. */
export interface Command {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  /** A single key for when no text is written; with Alt it works there too. */
  readonly key?: string;
  readonly run: () => unknown;
}

const supervisorPlaces = [
  ['board', 'nav.board'],
  ['review', 'nav.review'],
  ['reports', 'nav.reports'],
] as const;
const adminPlaces = [
  ['admin', 'nav.admin'],
  ['ops', 'nav.ops'],
] as const;

/** Takes whoever has waited longest, and opens the conversation. */
export function useTakeNext(): () => Promise<void> {
  const router = useRouter();
  const toasts = useToasts();
  return async () => {
    await attempt(async () => {
      const taken = await desk.takeNext();
      if (taken) {
        await router.push({ name: 'thread', params: { topic: taken.topic } });
      } else {
        toasts.say(t('queue.nobody'));
      }
    });
  };
}

/** The commands that make sense at this moment. */
export function useCommands(): ComputedRef<readonly Command[]> {
  const router = useRouter();
  const session = useSession();
  const inbox = useInbox();
  const dialogs = useDialogs();
  const { choices } = usePreferences();
  const takeNext = useTakeNext();

  const move = (step: 1 | -1) => {
    const topic = inbox.move(step);
    return topic === null ? undefined : router.push({ name: 'thread', params: { topic } });
  };

  return computed(() => {
    const go = t('commands.go');
    const here = t('commands.thread');
    const { open } = inbox;
    const list: Command[] = [
      { id: 'next', group: go, label: t('commands.next'), key: 'j', run: () => move(1) },
      { id: 'previous', group: go, label: t('commands.previous'), key: 'k', run: () => move(-1) },
    ];
    if (open !== null) {
      list.push(
        { id: 'reply', group: here, label: t('commands.reply'), key: 'l', run: () => writeHere('reply') },
        { id: 'note', group: here, label: t('commands.note'), key: 'n', run: () => writeHere('note') },
        { id: 'close', group: here, label: t('commands.close'), key: 'e', run: () => inbox.close(open) },
        {
          id: 'transfer',
          group: here,
          label: t('commands.transfer'),
          key: 't',
          run: () => dialogs.show('transfer'),
        },
        {
          id: 'invite',
          group: here,
          label: t('commands.invite'),
          key: 'i',
          run: () => dialogs.show('invite'),
        },
      );
    }
    list.push({ id: 'take', group: go, label: t('commands.take'), key: 'w', run: takeNext });
    const places = [
      ['inbox', 'nav.inbox'],
      ['queue', 'nav.queue'],
      ['left', 'nav.left'],
      ['search', 'nav.search'],
      ['ratings', 'nav.ratings'],
      ['canned', 'nav.canned'],
      ['preferences', 'nav.preferences'],
      ...(session.isSupervisor ? supervisorPlaces : []),
      ...(session.isAdmin ? adminPlaces : []),
    ] as const;
    for (const [name, label] of places) {
      const key = name === 'search' ? { key: '/' } : {};
      list.push({ id: `go-${name}`, group: go, label: t(label), ...key, run: () => router.push({ name }) });
    }
    for (const seat of seats) {
      list.push({
        id: `seat-${seat}`,
        group: t('commands.seat'),
        label: t('seat.label', { seat: t(`seat.${seat}`) }),
        run: () =>
          seat === 'OFFLINE' && session.view.threads.length > 0
            ? dialogs.show('leave-seat')
            : attempt(() => session.setSeat(seat)),
      });
    }
    const dark = () =>
      choices.theme === 'dark' ||
      (choices.theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
    list.push(
      {
        id: 'theme',
        group: t('commands.other'),
        label: t('commands.theme'),
        run: () => (choices.theme = dark() ? 'light' : 'dark'),
      },
      {
        id: 'keys',
        group: t('commands.other'),
        label: t('commands.keys'),
        key: '?',
        run: () => dialogs.show('keys'),
      },
    );
    return list;
  });
}
