// The wait: the place, the time, and what else can be done.

import type { ConversationView } from '@deskwire/sdk';
import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';

/** Stands over the log while the visitor waits. What is written meanwhile is there when somebody comes. */
export function QueueCard({ view, leave }: { view: ConversationView; leave: () => void }) {
  const { t } = useWords();
  const visit = useVisit();
  const { busy } = useVisitState();
  const { position = 1, waitSeconds = 0 } = view.queue ?? {};
  const minutes = Math.ceil(waitSeconds / 60);
  return (
    <section class="queue" aria-label={t('queue.title')}>
      <p class="place" aria-hidden="true">
        {position}
      </p>
      <div>
        <h2>{t('queue.title')}</h2>
        <p role="status">
          {position > 1 ? t('queue.place', { count: position - 1 }) : t('queue.next')}
          {' · '}
          {minutes > 1 ? t('queue.wait', { minutes }) : t('queue.soon')}
        </p>
        <p class="meta">{t('queue.hint')}</p>
        <p class="choices">
          <button class="text-button" type="button" onClick={leave}>
            <Icon name="leave" />
            {t('queue.leave')}
          </button>
          <button class="text-button" type="button" disabled={busy} onClick={() => void visit.end()}>
            <Icon name="stop" />
            {t('queue.quit')}
          </button>
        </p>
      </div>
    </section>
  );
}
