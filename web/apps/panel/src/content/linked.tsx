// Text with links; made as nodes, never as HTML.

import type { ComponentChildren } from 'preact';

const address = /\bhttps?:\/\/[^\s<>"'，。！？；：、）】》]+/g;

/** Text with its addresses as links. */
export function linked(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    // What ends the sentence is not of the address.
    const url = match[0].replace(/[.,;:!?)\]]+$/, '');
    parts.push(
      text.slice(end, match.index),
      <a href={url} target="_blank" rel="noopener noreferrer nofollow">
        {url}
      </a>,
    );
    end = match.index + url.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== '');
}
