// Pictures, files, cards and forms: what a message says beyond words.

import type { ChatMessage, Content } from '@deskwire/sdk';
import { RatingForm } from '../later.js';
import { useWords } from '../texts/words.js';
import { Icon } from '../ui/Icon.js';
import { Card, CardLink, Facts, Tags } from './Card.js';
import { FileLink, Picture, Player } from './Media.js';
import { OrderCard } from './OrderCard.js';

/** The types that are drawn here. */
export type Rich = Extract<
  Content,
  {
    type:
      | 'image'
      | 'audio'
      | 'video'
      | 'file'
      | 'order-card'
      | 'job-card'
      | 'product'
      | 'order'
      | 'article'
      | 'link'
      | 'location'
      | 'rate-invite';
  }
>;

/** The content of a message that is more than words. */
export function RichContent({ message, content }: { message: ChatMessage; content: Rich }) {
  const { t } = useWords();
  // What did not go up does not go on going up.
  const progress = message.status === 'failed' ? undefined : message.progress;
  switch (content.type) {
    case 'image':
      return <Picture image={content} progress={progress} />;
    case 'audio':
    case 'video':
      return <Player content={content} progress={progress} />;
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
    case 'rate-invite':
      return <RatingForm question={content.text} invitation={message.id} />;
  }
}
