// The top of the panel: where one is, who answers, and the menu.

import type { Conversation, ConversationView } from '@deskwire/sdk';
import { useState } from 'preact/hooks';
import { Menu } from '../later.js';
import { useWords } from '../texts/words.js';
import type { Words } from '../texts/words.js';
import { useView, useVisit, useVisitState } from '../visit/context.js';
import { Avatar } from '../ui/Avatar.js';
import { Icon } from '../ui/Icon.js';

/** The bar with the buttons around `children`. */
export function Header() {
  const { t } = useWords();
  const visit = useVisit();
  const { phase, screen, conversation, settings } = useVisitState();
  const [open, setOpen] = useState(false);
  const title = settings.title || t('panel.title');
  return (
    <header class={screen === 'home' && phase === 'ready' ? 'bar band' : 'bar'}>
      {screen !== 'home' && (
        <button
          class="icon-button"
          type="button"
          aria-label={t('panel.back')}
          onClick={() => visit.go('home')}
        >
          <Icon name="back" />
        </button>
      )}
      {screen === 'thread' && conversation ? (
        <Counterpart conversation={conversation} title={title} />
      ) : (
        <p class="who">
          <b>{title}</b>
        </p>
      )}
      <div class="menu-place">
        <button
          class="icon-button"
          type="button"
          aria-label={t('panel.menu')}
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name="menu" />
        </button>
        {open && <Menu onClose={() => setOpen(false)} />}
      </div>
      {visit.host.frame === 'embedded' && (
        <button
          class="icon-button"
          type="button"
          aria-label={t('panel.close')}
          onClick={() => visit.host.post({ do: 'close' })}
        >
          <Icon name="down" />
        </button>
      )}
    </header>
  );
}

function stateOf(view: ConversationView, t: Words['t']): string {
  switch (view.status) {
    case 'chatting':
    case 'new':
      return t('thread.online');
    case 'robot':
      return t('thread.robot');
    case 'queuing':
      return t('thread.waiting');
    case 'offline':
    case 'timeout':
      return t('thread.away');
    case 'closed':
      return t('thread.over');
  }
}

/** Who answers, and how the conversation stands. */
function Counterpart({ conversation, title }: { conversation: Conversation; title: string }) {
  const { t } = useWords();
  const visit = useVisit();
  const view = useView(conversation);
  const { busy } = useVisitState();
  const robot = view.status === 'robot';
  const person = view.agent ?? {
    name: title,
    avatar: '',
    role: robot ? ('robot' as const) : ('system' as const),
  };
  return (
    <div class="who">
      <Avatar person={person} large />
      <div class="name">
        <h1>{person.name || title}</h1>
        <span class={`presence ${view.status}`}>{stateOf(view, t)}</span>
      </div>
      {robot && (
        <button
          class="button outline slim"
          type="button"
          disabled={busy}
          onClick={() => void visit.askForPerson()}
        >
          {t('robot.human')}
        </button>
      )}
    </div>
  );
}
