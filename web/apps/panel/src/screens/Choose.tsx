// Before the conversation: what it is about, and what to call the visitor.

import { useId, useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';
import { ProblemLine } from './ProblemLine.js';

/** The choice among services, as radio buttons that look like cards. */
export function Choose() {
  const { t } = useWords();
  const visit = useVisit();
  const { settings, busy, problem } = useVisitState();
  const [chosen, setChosen] = useState(0);
  const [name, setName] = useState('');
  const group = useId();
  return (
    <main class="page">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void visit.ask(settings.services[chosen], name.trim());
        }}
      >
        {settings.services.length === 1 && <h1>{t('choose.title')}</h1>}
        <fieldset class="services" hidden={settings.services.length === 1}>
          <legend>
            <h1>{t('choose.title')}</h1>
          </legend>
          {settings.services.map((service, index) => (
            <label key={service.id} class={index === chosen ? 'service on' : 'service'}>
              <input type="radio" name={group} checked={index === chosen} onChange={() => setChosen(index)} />
              <span>
                <b>{service.name || service.id}</b>
                {service.description && <small>{service.description}</small>}
              </span>
              {index === chosen && <Icon name="check" />}
            </label>
          ))}
        </fieldset>
        {settings.askName && (
          <label class="labelled">
            {t('choose.name')}
            <input
              class="input"
              value={name}
              maxLength={60}
              autoComplete="name"
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
        )}
        {problem && <ProblemLine problem={problem} />}
        <button class="button filled wide" type="submit" disabled={busy}>
          {t('choose.start')}
        </button>
      </form>
    </main>
  );
}
