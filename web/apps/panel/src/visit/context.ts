// The visit, for every component.

import { createContext } from 'preact';
import { useCallback, useContext } from 'preact/hooks';
import type { Conversation, ConversationView } from '@deskwire/sdk';
import { useStore, useWatched } from './store.js';
import type { VisitState } from './state.js';
import type { Visit } from './visit.js';

/** The visit in use. */
export const VisitContext = createContext<Visit | null>(null);

/** The visit in use. */
export function useVisit(): Visit {
  const visit = useContext(VisitContext);
  if (!visit) {
    throw new Error('no visit around this component');
  }
  return visit;
}

/** What the screens show; draws anew when it changes. */
export const useVisitState = (): VisitState => useStore(useVisit().store);

/** A conversation as it is now; draws anew when it changes. */
export function useView(conversation: Conversation): ConversationView {
  const subscribe = useCallback((listener: () => void) => conversation.subscribe(listener), [conversation]);
  return useWatched(subscribe, () => conversation.view);
}
