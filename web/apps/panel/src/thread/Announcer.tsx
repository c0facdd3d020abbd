// Says new messages to screen readers, each once: the log itself is silent, or it would be read from its beginning.

import type { ChatMessage } from '@deskwire/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import { lineOf } from '../content/line.js';
import { useWords } from '../texts/words.js';

/** A region that says "name: text" for each message of others that comes after `ready`. */
export function Announcer({ messages, ready }: { messages: readonly ChatMessage[]; ready: boolean }) {
  const words = useWords();
  const said = useRef<number | null>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    const newest = messages.reduce((highest, { seq }) => Math.max(highest, seq ?? 0), 0);
    if (!ready || said.current === null) {
      said.current = ready ? newest : null;
      return;
    }
    const from = said.current;
    const fresh = messages.filter(
      ({ mine, seq, content }) =>
        !mine && (seq ?? 0) > from && !(content.type === 'robot' && content.streaming),
    );
    said.current = newest;
    const lines = fresh.flatMap(({ sender, content }) => {
      const line = lineOf(content, words);
      const name = sender.name || words.t(`role.${sender.role}`);
      return line ? [words.t('thread.said', { name, text: line })] : [];
    });
    if (lines.length > 0) {
      setText(lines.join('\n'));
    }
  }, [messages, ready]);
  return (
    <p class="quiet" aria-live="polite">
      {text}
    </p>
  );
}
