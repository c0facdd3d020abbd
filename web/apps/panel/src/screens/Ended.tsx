// The end of a conversation: how it was, and how it goes on.

import type { Conversation, ConversationView } from '@deskwire/sdk';
import { useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { serviceOf } from '../visit/service-of.js';
import { Icon } from '../ui/Icon.js';
import { RatingForm } from './Rating.js';

/** Stands where the composer was. */
export function Ended({ conversation, view }: { conversation: Conversation; view: ConversationView }) {
  const { t } = useWords();
  const visit = useVisit();
  const { busy } = useVisitState();
  const [rating, setRating] = useState(false);
  // Where the desk has asked, its question stands in the log.
  const canRate =
    view.rating.invitation === null && view.messages.some(({ sender }) => sender.role === 'agent');
  return (
    <div class="ended">
      {rating && <RatingForm question="" invitation={null} />}
      <p class="meta">{t('ended.title')}</p>
      <p class="choices">
        {canRate && !rating && (
          <button class="button outline" type="button" onClick={() => setRating(true)}>
            <Icon name="star" />
            {t('rate.open')}
          </button>
        )}
        <button
          class={rating ? 'button outline' : 'button filled'}
          type="button"
          disabled={busy}
          onClick={() => void visit.ask(serviceOf(conversation.topic))}
        >
          {t('ended.again')}
        </button>
      </p>
    </div>
  );
}
