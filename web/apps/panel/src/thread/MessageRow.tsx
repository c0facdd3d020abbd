// One message of the log with its writer, its time, how far it has come, and what can be done with it.

import type { ChatMessage } from '@deskwire/sdk';
import { lineOf } from '../content/line.js';
import { hasBubble, MessageContent } from '../content/MessageContent.js';
import { MessageActions, ReactionRow } from '../later.js';
import { useWords } from '../texts/words.js';
import { Avatar } from '../ui/Avatar.js';
import { still } from '../ui/still.js';
import { Receipt } from './Receipt.js';

/** What can be done with messages. */
export interface ThreadActions {
  say: (text: string) => void;
  quote: (message: ChatMessage) => void;
  edit: (message: ChatMessage) => void;
  recall: (message: ChatMessage) => void;
  react: (message: ChatMessage, emoji: string) => void;
  retry: (message: ChatMessage) => void;
  remove: (message: ChatMessage) => void;
}

interface Props {
  readonly message: ChatMessage;
  readonly first: boolean;
  readonly last: boolean;
  /** Until when own messages may be recalled is for the server to say; here it is offered or not. */
  readonly over: boolean;
  readonly actions: ThreadActions;
}

/** One message. */
export const MessageRow = still(function MessageRow({ message, first, last, over, actions }: Props) {
  const words = useWords();
  const { t, formats } = words;
  const { mine, sender, at, content } = message;
  const name = mine ? t('thread.you') : sender.name || t(`role.${sender.role}`);
  const classes = ['message', mine ? 'mine' : 'theirs', first && 'first', last && 'last']
    .filter(Boolean)
    .join(' ');
  return (
    <article class={classes} tabIndex={-1} aria-label={`${name} ${formats.time(at)}`} data-id={message.id}>
      {!mine && (last ? <Avatar person={sender} /> : <span class="avatar gap" />)}
      <div class="column">
        {first && !mine && (
          <p class="sender" aria-hidden="true">
            {name}
          </p>
        )}
        <div class="line">
          <div class={hasBubble(message) ? 'bubble' : 'plain'}>
            <MessageContent message={message} say={actions.say} />
          </div>
          {message.seq !== null && (
            <MessageActions message={message} text={lineOf(content, words)} over={over} actions={actions} />
          )}
        </div>
        {message.reactions.length > 0 && <ReactionRow message={message} react={actions.react} />}
        <Receipt message={message} last={last} actions={actions} />
      </div>
    </article>
  );
});
