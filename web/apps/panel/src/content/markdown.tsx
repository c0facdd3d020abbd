// The little Markdown that robots and answers are written in; made as nodes, never as HTML.

import type { ComponentChildren } from 'preact';
import { linked } from './linked.js';

const inline = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

/** One line of Markdown: code, strong, emphasis, links. */
function styled(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(inline)) {
    const [whole, code, strong, emphasis, words, url] = match;
    parts.push(...linked(text.slice(end, match.index)));
    if (code) {
      parts.push(<code>{code}</code>);
    } else if (strong) {
      parts.push(<strong>{strong}</strong>);
    } else if (emphasis) {
      parts.push(<em>{emphasis}</em>);
    } else if (url) {
      parts.push(
        <a href={url} target="_blank" rel="noopener noreferrer nofollow">
          {words}
        </a>,
      );
    }
    end = match.index + whole.length;
  }
  parts.push(...linked(text.slice(end)));
  return parts;
}

const block = /^(?:(```)|#{1,6}\s+(.*)|\s*[-*]\s+(.*)|\s*\d+[.)]\s+(.*))$/;

/** Paragraphs, headings, lists and code; everything else is text. */
export function markdown(text: string): ComponentChildren[] {
  const blocks: ComponentChildren[] = [];
  let paragraph: string[] = [];
  let items: ComponentChildren[] = [];
  let ordered = false;
  const endParagraph = () => {
    if (paragraph.length > 0) {
      const all = paragraph;
      blocks.push(
        <p>{all.flatMap((line, index) => (index === 0 ? styled(line) : [<br />, ...styled(line)]))}</p>,
      );
      paragraph = [];
    }
  };
  const endList = () => {
    if (items.length > 0) {
      blocks.push(ordered ? <ol>{items}</ol> : <ul>{items}</ul>);
      items = [];
    }
  };
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, fence, heading, bullet, numbered] = block.exec(line) ?? [];
    const item = bullet ?? numbered;
    if (item === undefined || (items.length > 0 && ordered !== (numbered !== undefined))) {
      endList();
    }
    if (item === undefined && (line.trim() === '' || fence || heading !== undefined)) {
      endParagraph();
    }
    if (fence) {
      const end = lines.indexOf('```', at + 1);
      const last = end < 0 ? lines.length : end;
      blocks.push(<pre>{lines.slice(at + 1, last).join('\n')}</pre>);
      at = last;
    } else if (heading !== undefined) {
      blocks.push(
        <p>
          <strong>{styled(heading)}</strong>
        </p>,
      );
    } else if (item !== undefined) {
      endParagraph();
      ordered = numbered !== undefined;
      items.push(<li>{styled(item)}</li>);
    } else if (line.trim() !== '') {
      paragraph.push(line);
    }
  }
  endParagraph();
  endList();
  return blocks;
}

/** A text of several paragraphs. */
export function Prose({ text }: { text: string }) {
  return <>{markdown(text)}</>;
}
