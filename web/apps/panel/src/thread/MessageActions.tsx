// What can be done with a message: a small row that appears on hover and on focus.

import type { ChatMessage } from '@deskwire/sdk';
import { useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { Icon } from '../ui/Icon.js';
import type { IconName } from '../ui/Icon.js';
import { Popover } from '../ui/Popover.js';
import type { ThreadActions } from './MessageRow.js';

/** After this the server refuses a visitor's recall unless it is set up otherwise. */
const RECALL_MS = 120_000;

/** The button with the menu of a message. */
export function MessageActions(props: {
  message: ChatMessage;
  /** The message as one line, to be copied. */
  text: string;
  /** The conversation has ended: nothing can be changed. */
  over: boolean;
  actions: ThreadActions;
}) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const { message, text, over, actions } = props;
  const young = message.mine && !over && Date.now() - message.at < RECALL_MS;
  const all: (readonly [IconName, string, () => void] | false)[] = [
    !over && text !== '' && ['quote', t('message.quote'), () => actions.quote(message)],
    text !== '' && ['copy', t('message.copy'), () => void navigator.clipboard.writeText(text)],
    young && message.content.type === 'text' && ['edit', t('message.edit'), () => actions.edit(message)],
    young && ['recall', t('message.recall'), () => actions.recall(message)],
  ];
  const shown = all.filter((action) => action !== false);
  return shown.length === 0 ? null : (
    <div class={open ? 'actions open' : 'actions'}>
      <button
        class="icon-button small"
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={t('message.actions')}
        onClick={() => setOpen(!open)}
      >
        <Icon name="menu" />
      </button>
      {open && (
        <Popover label={t('message.actions')} onClose={() => setOpen(false)}>
          {shown.map(([icon, label, act]) => (
            <button
              key={icon}
              type="button"
              role="menuitem"
              onClick={() => {
                setOpen(false);
                act();
              }}
            >
              <Icon name={icon} />
              {label}
            </button>
          ))}
        </Popover>
      )}
    </div>
  );
}

/** Signs that others have answered with; a click joins them or takes one's own away. */
export function ReactionRow({ message, react }: { message: ChatMessage; react: ThreadActions['react'] }) {
  return (
    <p class="reactions">
      {message.reactions.map(({ emoji, by, mine }) => (
        <button key={emoji} type="button" aria-pressed={mine} onClick={() => react(message, emoji)}>
          {emoji} {by.length}
        </button>
      ))}
    </p>
  );
}
