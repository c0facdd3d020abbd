// Lists that are made anew and have the same in them.

import { useRef } from 'preact/hooks';

/** The list of before as long as `list` has the same members: what is drawn from it need not be drawn again. */
export function useSame<T>(list: readonly T[]): readonly T[] {
  const before = useRef(list);
  const { current } = before;
  if (list.length !== current.length || list.some((member, index) => member !== current[index])) {
    before.current = list;
  }
  return before.current;
}
