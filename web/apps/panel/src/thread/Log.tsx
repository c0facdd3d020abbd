// The log of a conversation.

import type { Conversation, ConversationView } from '@deskwire/sdk';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useVisitState } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';
import { Announcer } from './Announcer.js';
import type { ThreadActions } from './MessageRow.js';
import { Rows } from './Rows.js';
import { rowsOf } from './rows.js';
import { useSame } from './same.js';
import { useScrolling } from './scrolling.js';
import { TypingRow } from './TypingRow.js';

/** Nodes that are kept; the far side of a longer history is dropped and fetched again when it is wanted. */
const KEPT = 300;

interface Props {
  readonly conversation: Conversation;
  readonly view: ConversationView;
  readonly actions: ThreadActions;
}

/** Moves the focus from message to message. */
function moveAmongMessages(event: KeyboardEvent, log: HTMLElement): void {
  const articles = [...log.querySelectorAll('article')];
  const at = articles.findIndex((article) => article.contains(document.activeElement));
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: Math.min(articles.length - 1, at + 1),
    ArrowUp: at < 0 ? articles.length - 1 : Math.max(0, at - 1),
    Home: 0,
    End: articles.length - 1,
  };
  const target = targets[event.key];
  const focused = document.activeElement;
  if (target !== undefined && (focused === log || focused?.tagName === 'ARTICLE')) {
    event.preventDefault();
    articles[target]?.focus();
  }
}

/** The messages, with the pill that leads to the newest ones. */
export function Log({ conversation, view, actions }: Props) {
  const { t } = useWords();
  const { shown } = useVisitState();
  const log = useRef<HTMLDivElement>(null);
  const [readBefore, setReadBefore] = useState<number | null>(null);
  const messages = useSame(view.messages);
  const { atEnd, missed, onScroll, toEnd } = useScrolling(log, view, messages, () => {
    void conversation.loadBefore();
  });
  const seen = shown && atEnd && !view.loading;
  const rows = useMemo(() => rowsOf(messages, readBefore), [messages, readBefore]);
  const over = view.status === 'closed';

  // The divider stands where the reader was when the panel was opened or looked at again.
  useEffect(() => {
    const mark = () => {
      const { unread, readUpTo } = conversation.view;
      if (!document.hidden) {
        // Before the first message there is nothing to divide it from.
        setReadBefore(unread > 0 && readUpTo > 0 ? readUpTo : null);
      }
    };
    if (shown && !view.loading) {
      mark();
    }
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [conversation, shown, view.loading]);

  useEffect(() => {
    if (seen) {
      conversation.markRead();
    }
  }, [seen, view.head, conversation]);

  useEffect(() => {
    if (atEnd && view.messages.length >= KEPT) {
      conversation.trim(KEPT);
    }
  }, [atEnd, view.messages.length]);

  useEffect(() => {
    if (shown) {
      toEnd();
    }
  }, [shown]);

  return (
    <div class="log-box">
      <div
        ref={log}
        class={atEnd ? 'log at-end' : 'log'}
        role="log"
        aria-live="off"
        aria-label={t('thread.log')}
        aria-busy={view.loading}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={(event) => moveAmongMessages(event, event.currentTarget)}
      >
        <div class="rows">
          {view.atStart ? (
            <p class="told">{t('thread.start')}</p>
          ) : (
            (view.loadingBefore || view.loading) && <p class="told skeleton">{t('thread.older')}</p>
          )}
          <Rows rows={rows} over={over} actions={actions} />
          {view.gap && <p class="told skeleton">{t('thread.gap')}</p>}
          <TypingRow people={view.typing} />
        </div>
      </div>
      {!atEnd && (
        <button class={missed > 0 ? 'jump new' : 'jump'} type="button" onClick={() => toEnd(true)}>
          <Icon name="down" />
          {missed > 0 ? t('thread.jump', { count: missed }) : <span class="quiet">{t('thread.latest')}</span>}
        </button>
      )}
      <Announcer messages={messages} ready={!view.loading} />
    </div>
  );
}
