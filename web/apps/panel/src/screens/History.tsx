// The visitor's conversations.

import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';

/** All conversations, the newest first. */
export function History() {
  const { t, formats } = useWords();
  const visit = useVisit();
  const { recent } = useVisitState();
  return (
    <main class="page">
      <h1>{t('history.title')}</h1>
      {recent === null && <p class="told skeleton">{t('panel.loading')}</p>}
      {recent?.length === 0 && <p class="empty">{t('history.empty')}</p>}
      <ul class="summaries">
        {recent?.map(({ topic, status, lastText, lastAt, unread }) => (
          <li key={topic}>
            <button class="summary" type="button" onClick={() => visit.openConversation(topic)}>
              <span class="summary-text">{lastText || t('home.continue')}</span>
              <time class="meta">{formats.dateTime(lastAt)}</time>
              <span class={status === 'closed' ? 'tag' : 'tag open'}>
                {t(status === 'closed' ? 'history.closed' : 'history.open')}
              </span>
              {unread > 0 && <span class="badge">{unread}</span>}
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
