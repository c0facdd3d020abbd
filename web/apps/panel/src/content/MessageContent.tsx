// What a message says, by its type.

import type { ChatMessage } from '@deskwire/sdk';
import { Prose, RichContent } from '../later.js';
import { useWords } from '../texts/words.js';
import { Choice, Faqs } from './Choices.js';
import { linked } from './linked.js';

/** Whether it stands in a bubble; pictures and cards have a frame of their own. */
export function hasBubble({ content }: ChatMessage): boolean {
  return ['text', 'quote', 'choice', 'welcome', 'robot', 'custom', 'file', 'left-message', 'event'].includes(
    content.type,
  );
}

/** The content of a message. `say` sends a text in the visitor's name. */
export function MessageContent({ message, say }: { message: ChatMessage; say: (text: string) => void }) {
  const { t } = useWords();
  const { content } = message;
  switch (content.type) {
    case 'text':
      return <p class="text">{linked(content.text)}</p>;
    case 'quote':
      return (
        <>
          <blockquote>
            <b>{content.quoted.sender}</b>
            {content.quoted.text}
          </blockquote>
          <p class="text">{linked(content.text)}</p>
        </>
      );
    case 'robot':
      return (
        <div class={content.streaming ? 'prose streaming' : 'prose'} aria-busy={content.streaming}>
          <Prose text={content.text} />
        </div>
      );
    case 'choice':
      return (
        <>
          <p class="text">{linked(content.text)}</p>
          <Choice choice={content} say={say} />
        </>
      );
    case 'welcome':
      return (
        <>
          <p class="text">{linked(content.text)}</p>
          {content.faqs.length > 0 && <Faqs faqs={content.faqs} ask={say} />}
        </>
      );
    case 'left-message':
      return (
        <>
          <p class="kind">{t('leave.card')}</p>
          <p class="text">{linked(content.text)}</p>
          {content.contact && <p class="meta">{content.contact}</p>}
        </>
      );
    case 'custom':
      return (
        <p class="text">{typeof content.content === 'string' ? content.content : t('message.unknown')}</p>
      );
    case 'event':
      return <p class="text">{linked(content.text)}</p>;
    case 'queue':
    case 'rating':
      return null;
    default:
      return <RichContent message={message} content={content} />;
  }
}
