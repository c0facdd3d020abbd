// The tabs of a browser: each client of one world is one.

import type { OtherTabs } from '../types.js';

/** Makes tabs that share locks and a channel. */
export function fakeTabs(): () => OtherTabs {
  const waiting = new Map<string, (() => void)[]>();
  const listeners = new Set<{ tab: object; heard: (message: unknown) => void }>();
  return () => {
    const tab = {};
    return {
      lock(name, held) {
        const queue = waiting.get(name) ?? [];
        waiting.set(name, queue);
        queue.push(held);
        if (queue[0] === held) {
          held();
        }
        return () => {
          const first = queue[0];
          queue.splice(queue.indexOf(held), 1);
          if (queue[0] !== first) {
            queue[0]?.();
          }
        };
      },
      post: (message) => listeners.forEach((other) => other.tab !== tab && other.heard(message)),
      listen(heard) {
        const listener = { tab, heard };
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
  };
}
