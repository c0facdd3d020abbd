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
  const due = useRef(false);
  const before = useRef({ first: '', last: '', height: 0 });
  const first = messages[0]?.id ?? '';
  const last = messages.at(-1);

  const toEnd = useCallback((smooth = false) => {
    const box = log.current;
    end.current = true;
    box?.scrollTo({ top: box.scrollHeight, behavior: smooth ? 'smooth' : 'auto' });
    setMissed(0);
  }, []);

  const pin = useCallback(() => {
    const box = log.current;
    due.current = false;
    if (box && end.current) {
      box.scrollTop = box.scrollHeight;
    }
  }, []);

  // Whatever was drawn may have moved the end: once a frame, when the layout is due anyway, it is gone to.
  useLayoutEffect(() => {
    if (end.current && !due.current) {
      due.current = true;
      requestAnimationFrame(pin);
    }
  });

  useLayoutEffect(() => {
    const box = log.current;
    const old = before.current;
    const lastId = last?.id ?? '';
    if (box && !end.current && lastId !== old.last && last?.mine) {
      toEnd();
    } else if (box && !end.current) {
      if (first !== old.first && old.first && (!anchors || box.scrollTop === 0)) {
        // Older messages came in above: what the reader looks at stays where it is. Elsewhere the browser sees to it.
        box.scrollTop += box.scrollHeight - old.height;
      }
      if (lastId !== old.last && old.last) {
        const at = messages.findIndex(({ id }) => id === old.last);
        const count = messages.slice(at + 1).filter(({ mine }) => !mine).length;
        setMissed((missed) => missed + count);
      }
      old.height = box.scrollHeight;
    }
    before.current = { first, last: lastId, height: old.height };
  }, [messages]);

  // Pictures that load and keyboards that come change heights: whoever is at the end stays there.
  useLayoutEffect(() => {
    const box = log.current;
    if (!box) {
      return;
    }
    const observer = new ResizeObserver(pin);
    observer.observe(box);
    for (const child of box.children) {
      observer.observe(child);
    }
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const box = log.current;
    // What was drawn since the reader was brought to the end says nothing about where the reader wants to be.
    if (!box || due.current) {
      return;
    }
    const { scrollTop, scrollHeight, clientHeight } = box;
    end.current = scrollHeight - scrollTop - clientHeight < END;
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
