// How far a message has come, and what to do about it if it has not.

import type { ChatMessage } from '@deskwire/sdk';
import { useWords } from '../texts/words.js';
import { Icon } from '../ui/Icon.js';
import type { ThreadActions } from './MessageRow.js';

/** Time and ticks under a message; for those who hear rather than see, the word. */
export function Receipt({
  message,
  last,
  actions,
}: {
  message: ChatMessage;
  last: boolean;
  actions: ThreadActions;
}) {
  const { t, formats } = useWords();
  const { status, mine, at } = message;
  if (status === 'failed' || status === 'asking') {
    return (
      <p class="receipt bad" role="alert">
        <Icon name="failed" />
        <span>{t(status === 'failed' ? 'message.failed' : 'message.asking')}</span>
        <button type="button" onClick={() => actions.retry(message)}>
          {t('action.retry')}
        </button>
        <button type="button" onClick={() => actions.remove(message)}>
          {t('message.delete')}
        </button>
      </p>
    );
  }
  const waits = status === 'queued' || status === 'sending';
  if (!last && !waits && !message.edited) {
    return null;
  }
  return (
    <p class="receipt">
      {message.edited && <span>{t('message.edited')}</span>}
      <time dateTime={new Date(at).toISOString()}>{formats.time(at)}</time>
      {mine && <Tick status={status} />}
    </p>
  );
}

function Tick({ status }: { status: ChatMessage['status'] }) {
  const { t } = useWords();
  switch (status) {
    case 'queued':
    case 'sending':
      return (
        <span class="tick">
          <Icon name="clock" />
          <span class="quiet">{t('message.sending')}</span>
        </span>
      );
    case 'sent':
    case 'delivered':
      return (
        <span class={`tick ${status}`}>
          <Icon name="check" />
          {status === 'delivered' && <Icon name="check" />}
          <span class="quiet">{t(`message.${status}`)}</span>
        </span>
      );
    case 'read':
      return <span class="tick read">{t('message.read')}</span>;
    default:
      return null;
  }
}
