// The rating: stars as a radio group, whether it helped, and words.

import { useId, useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useView, useVisit, useVisitState } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';

const scores = [1, 2, 3, 4, 5] as const;

/** The card that asks. An invitation of an earlier service, or one that was answered, only shows what it was. */
export function RatingForm({ question, invitation }: { question: string; invitation: string | null }) {
  const { t } = useWords();
  const { conversation } = useVisitState();
  return conversation ? (
    <Form question={question || t('rate.title')} invitation={invitation} conversation={conversation} />
  ) : null;
}

function Form(props: {
  question: string;
  invitation: string | null;
  conversation: NonNullable<ReturnType<typeof useVisitState>['conversation']>;
}) {
  const { t } = useWords();
  const visit = useVisit();
  const { busy } = useVisitState();
  const { rating } = useView(props.conversation);
  const name = useId();
  const [score, setScore] = useState<(typeof scores)[number] | null>(null);
  const [resolved, setResolved] = useState<boolean | null>(null);
  const [text, setText] = useState('');
  if (rating.given && (props.invitation === null || rating.invitation === props.invitation)) {
    return (
      <div class="card rated">
        <p class="title">{t('rate.thanks')}</p>
        <p class="stars" role="img" aria-label={t('rate.given', { score: rating.given.score })}>
          {scores.map((value) => (
            <Icon key={value} name="star" fill={value <= (rating.given?.score ?? 0)} />
          ))}
        </p>
      </div>
    );
  }
  if (props.invitation !== null && rating.invitation !== props.invitation) {
    return (
      <div class="card rated">
        <p class="title">{props.question}</p>
      </div>
    );
  }
  return (
    <form
      class="card rating"
      onSubmit={(event) => {
        event.preventDefault();
        if (score !== null) {
          const words = text.trim();
          void visit.rate({
            score,
            ...(resolved === null ? {} : { resolved }),
            ...(words ? { text: words } : {}),
          });
        }
      }}
    >
      <p class="title">{props.question}</p>
      <fieldset class="stars">
        <legend class="quiet">{t('rate.score')}</legend>
        {scores.map((value) => (
          <label key={value} class={score !== null && value <= score ? 'on' : ''} title={t(`rate.${value}`)}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={score === value}
              aria-label={t(`rate.${value}`)}
              onChange={() => setScore(value)}
            />
            <Icon name="star" fill={score !== null && value <= score} />
          </label>
        ))}
        <span class="meta" aria-hidden="true">
          {score === null ? '' : t(`rate.${score}`)}
        </span>
      </fieldset>
      {score !== null && (
        <>
          <fieldset class="resolved">
            <legend>{t('rate.resolved')}</legend>
            {[true, false].map((value) => (
              <label key={String(value)} class={resolved === value ? 'chip on' : 'chip'}>
                <input
                  type="radio"
                  name={`${name} resolved`}
                  checked={resolved === value}
                  onChange={() => setResolved(value)}
                />
                {t(value ? 'rate.yes' : 'rate.no')}
              </label>
            ))}
          </fieldset>
          <textarea
            class="input"
            rows={2}
            maxLength={1000}
            value={text}
            aria-label={t('rate.text')}
            placeholder={t('rate.text')}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button class="button filled" type="submit" disabled={busy}>
            {t('rate.submit')}
          </button>
        </>
      )}
    </form>
  );
}
