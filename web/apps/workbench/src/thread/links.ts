// Words with the addresses in them marked, so that they become links without HTML from strings.

/** A piece of text, with where it leads. */
export interface Piece {
  readonly text: string;
  readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'，。；！？、）】]+/gi;
const TRAILING = /[.,;:!?)\]]+$/;

/** Splits a text into words and addresses. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    if (match.index > end) {
      found.push({ text: text.slice(end, match.index), href: null });
    }
    found.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) {
    found.push({ text: text.slice(end), href: null });
  }
  return found;
}
