// What a message says, by its type.

import type { ChatMessage } from '@deskwire/sdk';
import { useWords } from '../texts/words.js';
import { Icon } from '../ui/Icon.js';
import { Card, CardLink, Facts, Tags } from './Card.js';
import { Choice, Faqs } from './Choices.js';
import { FileLink, Picture, Player } from './Media.js';
import { OrderCard } from './OrderCard.js';
import { linked, markdown } from './rich-text.js';
import { RatingForm } from '../screens/Rating.js';

/** Whether it stands in a bubble; pictures and cards have a frame of their own. */
export function hasBubble({ content }: ChatMessage): boolean {
  return ['text', 'quote', 'choice', 'welcome', 'robot', 'custom', 'file', 'left-message', 'event'].includes(content.type);
}

/** The content of a message. `say` sends a text in the visitor's name. */
export function MessageContent({ message, say }: { message: ChatMessage; say(text: string): void }) {
  const { t } = useWords();
  const { content, progress } = message;
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
          {markdown(content.text)}
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
    case 'image':
      return <Picture image={content} progress={progress} />;
    case 'audio':
    case 'video':
      return <Player content={content} message={message} />;
    case 'file':
      return <FileLink file={content} progress={progress} />;
    case 'order-card':
      return <OrderCard card={content} mine={message.mine} />;
    case 'job-card':
      return (
        <Card kind={t('card.job')} title={content.title}>
          {content.salary && <p class="price">{content.salary}</p>}
          <p class="meta">{[content.company, content.location].filter(Boolean).join(' · ')}</p>
          <Tags tags={content.tags} />
        </Card>
      );
    case 'product':
      return (
        <Card kind="" title={content.title} image={content.image}>
          {content.price && <p class="price">{content.price}</p>}
          {content.description && <p class="meta">{content.description}</p>}
          <Tags tags={content.tags} />
          <CardLink url={content.url}>{t('card.view')}</CardLink>
        </Card>
      );
    case 'order':
      return (
        <Card kind={t('card.order')} title={content.id}>
          <Facts
            facts={[
              [t('card.status'), content.status],
              [t('card.total'), content.total],
              [t('card.time'), content.at],
            ]}
          />
        </Card>
      );
    case 'article':
    case 'link':
      return (
        <Card kind="" title={content.title} image={content.image}>
          {content.summary && <p class="meta">{content.summary}</p>}
          <CardLink url={content.url}>{t('card.view')}</CardLink>
        </Card>
      );
    case 'location':
      return (
        <a class="place" href={`geo:${content.latitude},${content.longitude}`}>
          <Icon name="pin" />
          {content.label || `${content.latitude}, ${content.longitude}`}
        </a>
      );
    case 'left-message':
      return (
        <>
          <p class="kind">{t('leave.card')}</p>
          <p class="text">{linked(content.text)}</p>
          {content.contact && <p class="meta">{content.contact}</p>}
        </>
      );
    case 'rate-invite':
      return <RatingForm question={content.text} invitation={message.id} />;
    case 'custom':
      return <p class="text">{typeof content.content === 'string' ? content.content : t('message.unknown')}</p>;
    case 'event':
      return <p class="text">{linked(content.text)}</p>;
    case 'queue':
    case 'rating':
      return null;
  }
}
