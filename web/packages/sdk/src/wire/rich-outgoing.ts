// Contents beyond text that are sent.

import type { FileReference, Outgoing, TextContent } from '../types.js';
import type { WireContent } from './outgoing.js';

/** The content as it travels. */
export function richToWire(content: Exclude<Outgoing, TextContent>): WireContent {
  switch (content.type) {
    case 'image':
    case 'file':
    case 'audio':
    case 'video':
      return json(content.type, fileToWire(content));
    case 'quote': {
      const { id, sender, text: words } = content.quoted;
      return json('quotation', {
        content: content.text,
        quotedMessageUid: id,
        quotedSenderName: sender,
        quotedContent: words,
      });
    }
    case 'order-card': {
      const { name, price, countdownSeconds, id, more } = content;
      return json('order_card', {
        ...more,
        name,
        price,
        ...(id && { orderCardId: id }),
        ...(countdownSeconds !== undefined && { countdownSeconds }),
      });
    }
    case 'job-card': {
      const { type: _, id, more, ...card } = content;
      return json('job_card', { ...more, ...card, jobId: id });
    }
    case 'product': {
      const { type: _, id, tags, ...product } = content;
      return json('goods', { ...product, uid: id, tagList: tags });
    }
    case 'order': {
      const { id, status, total, at, more } = content;
      return json('order', { ...more, uid: id, statusText: status, totalAmount: total, time: at });
    }
    case 'article':
    case 'link':
      return json(content.type, {
        title: content.title,
        description: content.summary,
        imageUrl: content.image,
        url: content.url,
      });
    case 'location':
      return json('location', {
        latitude: content.latitude,
        longitude: content.longitude,
        label: content.label,
      });
    case 'choice':
      return json('choice', {
        content: content.text,
        multiple: content.multiple,
        options: content.options.map(({ id, title, disabled }) => ({ optionUid: id, title, disabled })),
      });
    case 'custom':
      return {
        wireType: content.wireType,
        content: typeof content.content === 'string' ? content.content : JSON.stringify(content.content),
      };
  }
}

function json(type: string, value: object): WireContent {
  return { wireType: type.toUpperCase(), content: JSON.stringify(value) };
}

function fileToWire(
  file: FileReference & { readonly durationMs?: number; readonly thumbnail?: string },
): object {
  const { url, name, size, mimeType, durationMs, thumbnail } = file;
  const { width, height, poster } = file as { width?: number; height?: number; poster?: string };
  // Stock clients expect numbers as text.
  return {
    url,
    name,
    filename: name,
    size: String(size),
    type: mimeType,
    mimeType,
    thumbnail,
    width: width === undefined ? undefined : String(width),
    height: height === undefined ? undefined : String(height),
    coverUrl: poster,
    duration: durationMs === undefined ? undefined : String(durationMs / 1000),
  };
}
