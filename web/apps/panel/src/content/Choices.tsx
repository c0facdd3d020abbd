// What the visitor chooses from: quick replies and questions with answers.

import type { ChoiceContent, Faq } from '@deskwire/sdk';
import { useState } from 'preact/hooks';
import { Prose } from '../later.js';
import { useWords } from '../texts/words.js';
import { Icon } from '../ui/Icon.js';

/** Quick replies: one click sends one; where several may be chosen they are sent together. */
export function Choice({ choice, say }: { choice: ChoiceContent; say: (text: string) => void }) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toggle = (title: string) =>
    setChosen(chosen.includes(title) ? chosen.filter((one) => one !== title) : [...chosen, title]);
  return (
    <div class="chips" role="group" aria-label={choice.text}>
      {choice.options.map(({ id, title, disabled }) => (
        <button
          key={id}
          type="button"
          class="chip"
          disabled={disabled}
          {...(choice.multiple ? { 'aria-pressed': chosen.includes(title) } : {})}
          onClick={() => (choice.multiple ? toggle(title) : say(title))}
        >
          {title}
        </button>
      ))}
      {choice.multiple && (
        <button
          type="button"
          class="button filled"
          disabled={chosen.length === 0}
          onClick={() => {
            say(chosen.join('、'));
            setChosen([]);
          }}
        >
          {t('choice.send')}
        </button>
      )}
    </div>
  );
}

/** Questions: with an answer they open, without one they are asked. */
export function Faqs({ faqs, ask }: { faqs: readonly Faq[]; ask: (question: string) => void }) {
  return (
    <ul class="faqs">
      {faqs.map(({ id, question, answer }) => (
        <li key={id}>
          {answer ? (
            <details>
              <summary>
                <span>{question}</span>
                <Icon name="chevron" />
              </summary>
              <div class="answer">
                <Prose text={answer} />
              </div>
            </details>
          ) : (
            <button type="button" class="faq" onClick={() => ask(question)}>
              <span>{question}</span>
              <Icon name="chevron" />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
