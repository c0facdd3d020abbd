// The other tabs of a browser: locks that go on to the next tab when one is closed, and a channel between them.

import type { OtherTabs } from '../types.js';

/** Locks and the channel whose names begin with `name`. What there is not, as in Node, is as if we were alone. */
export function browserTabs(name: string): OtherTabs {
  const channel = open(name);
  return {
    lock(what, held) {
      if (typeof navigator === 'undefined' || !('locks' in navigator)) {
        held();
        return () => undefined;
      }
      const asking = new AbortController();
      let release = () => asking.abort();
      navigator.locks
        .request(`${name}.${what}`, { signal: asking.signal }, () => {
          held();
          return new Promise<void>((resolve) => (release = resolve));
        })
        .catch(() => undefined);
      return () => release();
    },
    post: (message) => channel?.postMessage(message),
    listen(listener) {
      if (channel) {
        channel.onmessage = ({ data }) => listener(data);
      }
      return () => channel?.close();
    },
  };
}

/** In Node a channel would keep the process alive. */
function open(name: string): BroadcastChannel | null {
  return typeof window === 'undefined' || typeof BroadcastChannel === 'undefined'
    ? null
    : new BroadcastChannel(name);
}
