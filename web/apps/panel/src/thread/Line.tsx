// Rows that are no message of anybody: days, what the desk tells, where the new messages begin.

import type { ChatMessage } from '@deskwire/sdk';
import { lineOf } from '../content/line.js';
import { useWords } from '../texts/words.js';

/** What the desk tells, or that something was taken back. */
export function Line({ message }: { message: ChatMessage }) {
  const words = useWords();
  const { t } = words;
  const text = !message.recalled
    ? lineOf(message.content, words)
    : message.mine
      ? t('message.recalledMine')
      : t('message.recalledBy', { name: message.sender.name || t(`role.${message.sender.role}`) });
  return <p class={message.recalled ? 'told recalled' : 'told'}>{text}</p>;
}

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
