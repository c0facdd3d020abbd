// When there is no chat to be had.

import { useWords } from '../texts/words.js';
import { useVisit } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';

/** Cannot be reached, with a button; or not for this visitor, without one. */
export function Down({ blocked }: { blocked: boolean }) {
  const { t } = useWords();
  const visit = useVisit();
  return (
    <main class="down">
      <Icon name={blocked ? 'stop' : 'failed'} />
      <h1>{t(blocked ? 'down.blocked' : 'down.title')}</h1>
      <p>{t(blocked ? 'down.blockedText' : 'down.text')}</p>
      {!blocked && (
        <button class="button filled" type="button" onClick={() => void visit.begin()}>
          {t('action.retry')}
        </button>
      )}
    </main>
  );
}
