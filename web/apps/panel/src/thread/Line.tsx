// Rows that are no message of anybody: days, what the desk tells, where the new messages begin.

import type { ChatMessage } from '@deskwire/sdk';
import { lineOf } from '../content/line.js';
import { useWords } from '../texts/words.js';
import { still } from '../ui/still.js';
import { comings } from './rows.js';

/** What the desk tells, or that something was taken back. */
export const Line = still(function Line({ message }: { message: ChatMessage }) {
  const words = useWords();
  const { t } = words;
  const { content, sender } = message;
  const name = sender.name || t(`role.${sender.role}`);
  const coming = content.type === 'event' ? comings[content.event] : undefined;
  const told = coming ? t(coming, { name }) : lineOf(content, words);
  const recalled = message.mine ? t('message.recalledMine') : t('message.recalledBy', { name });
  const text = message.recalled ? recalled : told;
  return <p class={message.recalled ? 'told recalled' : 'told'}>{text}</p>;
});

/** The day of what follows. */
export function Day({ at }: { at: number }) {
  const { formats } = useWords();
  return (
    <p class="day">
      <span>{formats.day(at, Date.now())}</span>
    </p>
  );
}

/** Behind this the visitor has not read yet. */
export function NewDivider() {
  const { t } = useWords();
  return (
    <p class="new">
      <span>{t('thread.new')}</span>
    </p>
  );
}
