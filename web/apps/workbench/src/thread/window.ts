// A long log keeps a bounded part of itself on the screen.

/** How many rows are drawn at most, and by how many the part moves. */
export const SHOWN = 200;
export const STEP = 100;

/** The part that is drawn, `from` to before `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** The part of `count` rows that ends `behind` rows before the newest one. */
export function partOf(count: number, behind: number): Part {
  const to = Math.max(Math.min(count, SHOWN), count - Math.max(0, behind));
  return { from: Math.max(0, to - SHOWN), to };
}

/** `behind` after moving towards older rows (1) or newer ones (-1). */
export function moved(count: number, behind: number, direction: 1 | -1): number {
  return Math.min(Math.max(0, behind + direction * STEP), Math.max(0, count - SHOWN));
}
