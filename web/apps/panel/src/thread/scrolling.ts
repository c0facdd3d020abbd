// Where the log stands: at its end it follows, elsewhere it stays where the reader is.

import type { ConversationView } from '@deskwire/sdk';
import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

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

/** Keeps `log` where it should be while `view` changes. `loadBefore` is asked for older messages near the beginning. */
export function useScrolling(
  log: RefObject<HTMLElement | null>,
  view: ConversationView,
  loadBefore: () => void,
): Scrolling {
  const [atEnd, setAtEnd] = useState(true);
  const [missed, setMissed] = useState(0);
  const end = useRef(true);
  const before = useRef({ first: '', last: '', height: 0 });
  const first = view.messages[0]?.id ?? '';
  const last = view.messages.at(-1);

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
    if (lastId !== old.last && (last?.mine || end.current)) {
      toEnd();
    } else if (end.current) {
      box.scrollTop = box.scrollHeight;
    } else if (first !== old.first && old.first && (!anchors || box.scrollTop === 0)) {
      // Older messages came in above: what the reader looks at stays where it is. Elsewhere the browser sees to it.
      box.scrollTop += box.scrollHeight - old.height;
    }
    if (lastId !== old.last && !end.current && old.last) {
      const at = view.messages.findIndex(({ id }) => id === old.last);
      const count = view.messages.slice(at + 1).filter(({ mine }) => !mine).length;
      setMissed((missed) => missed + count);
    }
    before.current = { first, last: lastId, height: box.scrollHeight };
  }, [view.messages, view.typing.length]);

  // Pictures that load and keyboards that come change heights: whoever is at the end stays there.
  useEffect(() => {
    const box = log.current;
    if (!box) {
      return;
    }
    const observer = new ResizeObserver(() => {
      if (end.current) {
        box.scrollTop = box.scrollHeight;
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
    end.current = box.scrollHeight - box.scrollTop - box.clientHeight < END;
    setAtEnd(end.current);
    if (end.current) {
      setMissed(0);
    }
    before.current.height = box.scrollHeight;
    if (box.scrollTop < BEGINNING && !view.atStart && !view.loadingBefore && !view.loading) {
      loadBefore();
    }
  };
  return { atEnd, missed, onScroll, toEnd };
}
