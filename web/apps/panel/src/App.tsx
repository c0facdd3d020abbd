// The panel: one screen under a header, in the visitor's language.

import { useEffect } from 'preact/hooks';
import { Choose, ConnectionBar, fetchMore, History } from './later.js';
import { Down } from './screens/Down.js';
import { Header } from './screens/Header.js';
import { Home } from './screens/Home.js';
import { Loading } from './screens/Loading.js';
import { Thread } from './screens/Thread.js';
import { WordsContext } from './texts/words.js';
import { VisitContext } from './visit/context.js';
import { useStore } from './visit/store.js';
import type { VisitState } from './visit/state.js';
import type { Visit } from './visit/visit.js';

function Screen({ state }: { state: VisitState }) {
  switch (state.phase) {
    case 'loading':
      return <Loading />;
    case 'unreachable':
    case 'blocked':
      return <Down blocked={state.phase === 'blocked'} />;
    case 'ready':
      break;
  }
  switch (state.screen) {
    case 'home':
      return <Home />;
    case 'choose':
      return <Choose />;
    case 'history':
      return <History />;
    case 'thread':
      return state.conversation ? (
        <main class="page thread-page">
          <Thread key={state.conversation.topic} conversation={state.conversation} />
        </main>
      ) : (
        <Home />
      );
  }
}

/** The whole panel. */
export function App({ visit }: { visit: Visit }) {
  const state = useStore(visit.store);
  const { words } = state;
  useEffect(() => {
    if (words) {
      document.documentElement.lang = words.locale;
    }
  }, [words]);
  useEffect(() => {
    if (state.phase !== 'loading') {
      fetchMore();
    }
  }, [state.phase]);
  if (!words) {
    return (
      <div class="panel">
        <header class="bar" />
        <Loading />
      </div>
    );
  }
  return (
    <VisitContext.Provider value={visit}>
      <WordsContext.Provider value={words}>
        <div class={`panel ${visit.host.frame}`}>
          <Header />
          {state.phase === 'ready' && <ConnectionBar />}
          <Screen state={state} />
        </div>
      </WordsContext.Provider>
    </VisitContext.Provider>
  );
}
