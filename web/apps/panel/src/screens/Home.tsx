// The first screen: the shop's greeting, how to begin, questions with answers, and what was said before.

import { Faqs } from '../content/Choices.js';
import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';
import { ProblemLine } from './ProblemLine.js';

/** Greeting, button, questions, recent conversation. */
export function Home() {
  const { t, formats } = useWords();
  const visit = useVisit();
  const { settings, recent, busy, problem } = useVisitState();
  const last = recent?.[0];
  const askWith = (question: string) =>
    void visit.ask().then(() =>
      visit.store
        .get()
        .conversation?.sendText(question)
        .done.catch(() => undefined),
    );
  return (
    <main class="home">
      <section class="greeting">
        <h1>{settings.greeting || t('home.greeting')}</h1>
        <p class={settings.open === false ? 'availability' : 'availability open'}>
          {t(settings.open === false ? 'home.closed' : settings.open ? 'home.open' : 'home.reply')}
        </p>
        <button class="begin" type="button" disabled={busy} onClick={() => void visit.ask()}>
          <Icon name="chat" />
          <span>
            <b>{t('home.start')}</b>
            {settings.hours && <small>{t('home.hours', { hours: settings.hours })}</small>}
          </span>
          <Icon name="chevron" />
        </button>
        {problem && <ProblemLine problem={problem} />}
      </section>
      {last && (
        <section class="block">
          <h2>{t('home.recent')}</h2>
          <button class="summary" type="button" onClick={() => visit.openConversation(last.topic)}>
            <span class="summary-text">{last.lastText || t('home.continue')}</span>
            <time class="meta">{formats.ago(last.lastAt, Date.now())}</time>
            {last.unread > 0 && <span class="badge">{last.unread}</span>}
          </button>
          {recent.length > 1 && (
            <button class="text-button" type="button" onClick={() => visit.go('history')}>
              {t('home.history')}
            </button>
          )}
        </section>
      )}
      {settings.faqs.length > 0 && (
        <section class="block">
          <h2>{t('home.faqs')}</h2>
          <Faqs faqs={settings.faqs} ask={askWith} />
        </section>
      )}
    </main>
  );
}
