// The browser as the world outside; what a page does not have, such as in Node, is left out quietly.

import type { Clock, KeyValueStore, PageState, Runtime } from '../types.js';

const clock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

const page: PageState = {
  get visible() {
    // A frame has no focus of its own while the page around it is used.
    return (
      typeof document === 'undefined' ||
      (document.visibilityState === 'visible' && (document.hasFocus() || window.parent !== window))
    );
  },
  get online() {
    return (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine ?? true;
  },
  on(event, listener) {
    if (typeof window === 'undefined') {
      return () => undefined;
    }
    const heard = (cause: Event) => {
      const wanted =
        event === 'resume'
          ? (cause as PageTransitionEvent).persisted
          : event !== 'visible' || document.visibilityState === 'visible';
      if (wanted) {
        listener();
      }
    };
    const triggers = TRIGGERS[event] ?? [event];
    triggers.forEach((type) => window.addEventListener(type, heard));
    return () => triggers.forEach((type) => window.removeEventListener(type, heard));
  },
};

/** What the window hears, where that is called otherwise; what happens to the document bubbles. */
const TRIGGERS: Readonly<Partial<Record<Parameters<PageState['on']>[0], readonly string[]>>> = {
  visible: ['visibilitychange', 'focus'],
  resume: ['pageshow'],
  // Not every browser says of a page that is left that it is hidden.
  hide: ['visibilitychange', 'pagehide'],
  leave: ['pagehide'],
};

/** The browser's storage, or memory where that is forbidden. */
function keyValueStore(named: (name: string) => string): KeyValueStore {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T, otherwise: T): T => {
    try {
      return use(localStorage);
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(named(key)), null) ?? memory.get(key) ?? null,
    set(key, value) {
      memory.set(key, value);
      attempt((storage) => storage.setItem(named(key), value), undefined);
    },
    remove(key) {
      memory.delete(key);
      attempt((storage) => storage.removeItem(named(key)), undefined);
    },
  };
}

/** A name that is not that of another scope. */
export function scoped(name: string, scope: string): string {
  return scope === '' ? name : `${name}.${scope}`;
}

/** What there is here. Pages of one origin with different scopes share neither user, nor leader, nor read positions. */
export function browserRuntime(scope = ''): Runtime {
  const named = (name: string) => scoped(name, scope);
  return {
    clock,
    random: Math.random,
    page,
    store: keyValueStore(named),
    fetch: (input, init) => fetch(input, init),
    webSocket: typeof WebSocket === 'undefined' ? null : (url, protocols) => new WebSocket(url, protocols),
    otherTabs: null,
  };
}
