// A message as one line of text: for the badge on the page, lists and screen readers.

import type { Content } from '@deskwire/sdk';
import type { Words } from '../texts/words.js';

/** One line, or nothing for what is not worth mentioning. */
export function lineOf(content: Content, { t }: Pick<Words, 't'>): string {
  switch (content.type) {
    case 'text':
    case 'quote':
    case 'robot':
    case 'choice':
    case 'welcome':
    case 'queue':
    case 'rate-invite':
    case 'left-message':
    case 'event':
      return content.text.replace(/\s+/g, ' ').trim();
    case 'image':
      return t('content.image');
    case 'audio':
      return t('content.audio');
    case 'video':
      return t('content.video');
    case 'file':
      return t('content.file', { name: content.name });
    case 'order-card':
      return t('content.order-card', { name: content.name });
    case 'job-card':
      return t('content.job-card', { name: content.title });
    case 'product':
      return t('content.product', { name: content.title });
    case 'order':
      return t('content.order-card', { name: content.id });
    case 'article':
    case 'link':
      return content.title;
    case 'location':
      return t('content.location', { name: content.label });
    case 'rating':
      return t('rate.given', { score: content.score });
    case 'custom':
      return typeof content.content === 'string' ? content.content : '';
  }
}
