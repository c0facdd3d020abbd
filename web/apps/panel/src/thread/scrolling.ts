// Where the log stands: at its end it follows, elsewhere it stays where the reader is.

import type { ChatMessage, ConversationView } from '@deskwire/sdk';
import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Nearer to the end than this the reader is at the end; nearer to the beginning older messages are fetched. In pixels. */
const END = 48;
const BEGINNING = 240;

/** Whether the browser keeps what is looked at in its place when something above it grows; not at the very top. */
const anchors = typeof CSS !== 'undefined' && CSS.supports('overflow-anchor: auto');

/** How the log is scrolled. */
export interface Scrolling {
  readonly atEnd: boolean;
  /** Messages of others that came while the reader was elsewhere. */
  readonly missed: number;
  onScroll: () => void;
  toEnd: (smooth?: boolean) => void;
}

/** Keeps `log` where it should be while `messages` change. `loadBefore` is asked for older messages near the beginning. */
export function useScrolling(
  log: RefObject<HTMLElement | null>,
  view: ConversationView,
  messages: readonly ChatMessage[],
  loadBefore: () => void,
): Scrolling {
  const [atEnd, setAtEnd] = useState(true);
  const [missed, setMissed] = useState(0);
  const end = useRef(true);
  const pinned = useRef(0);
  const before = useRef({ first: '', last: '', height: 0 });
  const first = messages[0]?.id ?? '';
  const last = messages.at(-1);

  const toEnd = useCallback((smooth = false) => {
    const box = log.current;
    end.current = true;
    box?.scrollTo({ top: box.scrollHeight, behavior: smooth ? 'smooth' : 'auto' });
    setMissed(0);
  }, []);

  useLayoutEffect(() => {
    const box = log.current;
    if (!box) {
      return;
    }
    const old = before.current;
    const lastId = last?.id ?? '';
    const added = lastId !== old.last && old.last !== '';
    // Whoever is at the end is kept there by the observer below, without asking for a layout in between.
    if (!end.current && lastId !== old.last && last?.mine) {
      toEnd();
    } else if (!end.current) {
      if (first !== old.first && old.first && (!anchors || box.scrollTop === 0)) {
        // Older messages came in above: what the reader looks at stays where it is. Elsewhere the browser sees to it.
        box.scrollTop += box.scrollHeight - old.height;
      }
      if (added) {
        const at = messages.findIndex(({ id }) => id === old.last);
        const count = messages.slice(at + 1).filter(({ mine }) => !mine).length;
        setMissed((missed) => missed + count);
      }
      old.height = box.scrollHeight;
    }
    before.current = { first, last: lastId, height: old.height };
  }, [messages]);

  // Messages, pictures that load and keyboards that come change heights: whoever is at the end stays there.
  useLayoutEffect(() => {
    const box = log.current;
    if (!box) {
      return;
    }
    const observer = new ResizeObserver(() => {
      if (end.current) {
        box.scrollTop = box.scrollHeight;
        pinned.current = box.scrollTop;
      }
    });
    observer.observe(box);
    for (const child of box.children) {
      observer.observe(child);
    }
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const box = log.current;
    if (!box) {
      return;
    }
    const { scrollTop, scrollHeight, clientHeight } = box;
    // We hear of our own scrolling when more may have come since: nobody has gone up by that.
    end.current = scrollHeight - scrollTop - clientHeight < END || (end.current && scrollTop >= pinned.current);
    setAtEnd(end.current);
    if (end.current) {
      setMissed(0);
    }
    before.current.height = scrollHeight;
    if (scrollTop < BEGINNING && !view.atStart && !view.loadingBefore && !view.loading) {
      loadBefore();
    }
  };
  return { atEnd, missed, onScroll, toEnd };
}
