// The launcher: everything that `Deskwire(…)` can be told, and what it tells.

import { createButton } from './button.js';
import type { FromPanel, PanelEvents, PanelOptions, ToPanel, VisitorFields } from './bridge.js';
import { coverPage, isSmall } from './cover.js';
import { createFrame, pageFacts } from './frame.js';
import type { Frame } from './frame.js';
import { languageFor, words } from './texts.js';
import type { Texts } from './texts.js';

/** What `init` and `update` take. */
export interface LauncherOptions extends PanelOptions {
  /** The side of the page the button stands on; `right` if missing. */
  readonly side?: 'left' | 'right';
  /** Without a button: the page opens the panel itself. */
  readonly hidden?: boolean;
  /** Words beside the button, once a visit, some seconds after the page has come. */
  readonly invitation?: { readonly text: string; readonly sender?: string; readonly afterSeconds?: number };
}

/** Every event of `on` with what it carries. */
export interface LauncherEvents extends PanelEvents {
  open: null;
  close: null;
}

type Listener = (value: unknown) => void;

/** The methods of `Deskwire(method, …)`. */
export interface Launcher {
  init(options?: LauncherOptions): void;
  open(): void;
  close(): void;
  toggle: () => void;
  /** Shows the button. */
  show(): void;
  /** Takes the button away, and the panel with it. */
  hide(): void;
  identify(visitor: VisitorFields): void;
  update(options: LauncherOptions): void;
  /** Opens the panel and says `text` in the visitor's name. */
  send(text: string): void;
  /** Returns how to stop listening. */
  on<K extends keyof LauncherEvents>(event: K, listener: (value: LauncherEvents[K]) => void): () => void;
  /** Forgets who the visitor is and takes everything away: for shared computers. */
  shutdown(): void;
}

/** Remembers in the page's storage, which may be closed to us. */
function remember(store: 'localStorage' | 'sessionStorage', name: string, value?: string): string | null {
  try {
    if (value !== undefined) {
      window[store].setItem(`deskwire.${name}`, value);
    }
    return window[store].getItem(`deskwire.${name}`);
  } catch {
    return null;
  }
}

/** Makes the launcher of a server; nothing is on the page before `init`. */
export function createLauncher(origin: string): Launcher {
  let options: LauncherOptions = {};
  let texts: Texts = words.en;
  let frame: Frame | undefined;
  let isOpen = false;
  let uncover: (() => void) | undefined;
  let started = false;
  let invitation = 0;
  const listeners = new Map<string, Set<Listener>>();
  const button = createButton({ toggle: () => launcher.toggle(), near: connectEarly });

  function tell<K extends keyof LauncherEvents>(event: K, value: LauncherEvents[K]): void {
    listeners.get(event)?.forEach((listener) => listener(value));
  }

  /** Whoever comes near the button will open the panel: the way to its server is made ready. */
  function connectEarly(): void {
    document.head.append(Object.assign(document.createElement('link'), { rel: 'preconnect', href: origin }));
  }

  function load(): Frame {
    const { channel = '', language = '' } = options;
    // With these the panel can ask for its settings and texts before it has heard of us.
    const query = new URLSearchParams({ embed: '', channel, lang: language });
    const first = (): ToPanel => ({ do: 'init', options, page: pageFacts(), shown: isOpen, full: !!uncover });
    return (frame ??= createFrame(button.panel, `${origin}/chat/?${query}`, texts.panel, first, hear));
  }

  function hear(message: FromPanel): void {
    if ('do' in message) {
      if (message.do === 'close') {
        launcher.close();
      } else {
        frame?.remove();
        frame = undefined;
        if (!started) {
          button.host.remove();
        }
      }
      return;
    }
    const { on, value } = message;
    if (on === 'unread') {
      button.unread(value, texts.unread.replace('{count}', String(value)));
    } else if (on === 'message' && !isOpen) {
      button.say(value);
    } else if (on === 'conversation:start' || on === 'conversation:end') {
      remember('localStorage', 'running', on === 'conversation:start' ? '1' : '');
    }
    tell(on, value as never);
  }

  function setOpen(open: boolean): void {
    if (!started || open === isOpen) {
      return;
    }
    isOpen = open;
    if (open) {
      clearTimeout(invitation);
      button.say(null);
      load();
    }
    button.shown(open);
    if (open && isSmall()) {
      uncover = coverPage(button.host);
    } else if (!open) {
      uncover?.();
      uncover = undefined;
    }
    frame?.post({ do: 'shown', shown: open, full: !!uncover });
    (open ? frame?.element : button.launch)?.focus();
    tell(open ? 'open' : 'close', null);
  }

  function apply(more: LauncherOptions): void {
    // The panel speaks the language of the button, if it is asked for no other.
    const language = languageFor(more.language ?? options.language);
    options = { ...options, ...more, language };
    texts = words[language];
    button.host.toggleAttribute('data-left', options.side === 'left');
    button.host.toggleAttribute('data-hidden', options.hidden === true);
    button.paint(options.brand, options.theme);
    button.label(texts);
    frame?.post({ do: 'update', options, page: pageFacts() });
  }

  function invite({ text, sender = '', afterSeconds = 5 }: NonNullable<LauncherOptions['invitation']>): void {
    if (remember('sessionStorage', 'invited') === null) {
      invitation = window.setTimeout(() => {
        remember('sessionStorage', 'invited', '1');
        button.say({ sender, text });
      }, afterSeconds * 1000);
    }
  }

  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && isOpen) {
      setOpen(false);
    }
  });

  const launcher: Launcher = {
    init(more = {}) {
      if (started) {
        launcher.update(more);
        return;
      }
      started = true;
      button.shown(false);
      apply(more);
      document.body.append(button.host);
      if (remember('localStorage', 'running')) {
        // Whoever is in a conversation hears of new messages on every page; the page itself comes first.
        setTimeout(load, 1500);
      } else if (options.invitation) {
        invite(options.invitation);
      }
    },
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: () => setOpen(!isOpen),
    show: () => apply({ hidden: false }),
    hide() {
      setOpen(false);
      apply({ hidden: true });
    },
    identify: (visitor) => apply({ visitor }),
    update: apply,
    send(text) {
      setOpen(true);
      frame?.post({ do: 'send', text });
    },
    on(event, listener) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener as Listener));
      return () => void all.delete(listener as Listener);
    },
    shutdown() {
      setOpen(false);
      clearTimeout(invitation);
      remember('localStorage', 'running', '');
      button.unread(0, '');
      button.say(null);
      if (started) {
        // What is to be forgotten is in the storage of the panel: it says when that is done, and its frame goes.
        apply({ hidden: true });
        load().post({ do: 'shutdown' });
      }
      started = false;
      options = {};
    },
  };
  return launcher;
}
