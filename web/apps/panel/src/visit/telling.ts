// What the page around us is told, and how the visitor's attention is asked for.

import type { PanelEvents } from '@deskwire/launcher/bridge';
import type { ChatClient, ChatMessage, Conversation } from '@deskwire/sdk';
import { lineOf } from '../content/line.js';
import { ring } from '../later.js';
import type { Host } from './host.js';
import { isRunning } from './state.js';
import type { VisitState } from './state.js';
import type { Store } from './store.js';
import { titleWith } from './title.js';

/** Tells the page around us. */
export interface Telling {
  tell: <K extends keyof PanelEvents>(event: K, value: PanelEvents[K]) => void;
  /** Tells how a conversation goes from now on, in place of the one before. */
  follow: (conversation: Conversation) => void;
  stop: () => void;
}

/** Listens to the client for the page around us. */
export function createTelling(host: Host, client: ChatClient, store: Store<VisitState>): Telling {
  let stopFollowing = () => {};
  /** Whether the page has been told of a message: then it is told of each. */
  let announced = false;
  const tell: Telling['tell'] = (on, value) => host.post({ on, value } as Parameters<Host['post']>[0]);

  /** A number in the title for who looks elsewhere; the title of a shop's page is not ours. */
  const badge = (count: number) => {
    if (host.frame === 'hosted') {
      document.title = titleWith(document.title, document.hidden && client.leader ? count : 0);
    }
  };

  /** Tells what somebody has said; whether there was anything to tell. */
  const announce = ({ content, sender }: ChatMessage) => {
    const { words } = store.get();
    const text = words && lineOf(content, words);
    if (text) {
      announced = true;
      tell('message', { sender: sender.name || words.t('panel.title'), text });
    }
    return text;
  };

  client.on('message', (message) => {
    const { sound, shown } = store.get();
    if (announce(message) && sound && client.leader && (!shown || document.hidden)) {
      ring();
    }
  });
  client.on('unread', (count) => {
    tell('unread', count);
    badge(count);
  });
  document.addEventListener('visibilitychange', () => badge(0));

  return {
    tell,
    follow(conversation) {
      stopFollowing();
      let before = conversation.view;
      const check = () => {
        const { view } = conversation;
        const runs = isRunning(view.status);
        if (runs !== isRunning(before.status)) {
          tell(runs ? 'conversation:start' : 'conversation:end', { topic: view.topic });
        }
        if (view.agent && view.agent.id !== before.agent?.id) {
          tell('agent', { name: view.agent.name, avatar: view.agent.avatar });
        }
        if (view.queue?.position !== before.queue?.position) {
          tell('queue', view.queue?.position ?? 0);
        }
        before = view;
      };
      stopFollowing = conversation.subscribe(check);
      void conversation.join().then(
        () => {
          check();
          // What was said on the way from one page to the next has come with the history.
          const last = before.messages.at(-1);
          if (before.unread && !announced && last && !last.mine) {
            announce(last);
          }
        },
        () => undefined,
      );
    },
    stop: () => stopFollowing(),
  };
}
