// A text with what was found in it.

/** A part of it. */
export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

/** Splits `text` at `positions`, which are start and length in UTF-16 code units; overlaps are joined. */
export function marked(text: string, positions: readonly (readonly [number, number])[]): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const [start, length] of [...positions].sort(([one], [other]) => one - other)) {
    const from = Math.max(start, end);
    const to = Math.min(start + length, text.length);
    if (to <= from) {
      continue;
    }
    if (from > end) {
      parts.push({ text: text.slice(end, from), hit: false });
    }
    parts.push({ text: text.slice(from, to), hit: true });
    end = to;
  }
  if (end < text.length) {
    parts.push({ text: text.slice(end), hit: false });
  }
  return parts;
}
