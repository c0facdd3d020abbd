// Messages of the outbox as the page shows them. What has not changed is the same object as before.

import type { OutboxItem } from '../outbox/outbox.js';
import type { ChatMessage, Content, StoredMessage } from '../types.js';
import type { WireMessage } from '../wire/message.js';
import { type Positions, toChatMessage } from './project.js';

/** What a card of ours has only when the server has it. */
const PENDING = { id: 0, status: 'pending', expiresAt: null, more: {} };

/** Draws what waits. */
export class WaitingMessages {
  readonly #compose: () => WireMessage;
  readonly #drawn = new WeakMap<StoredMessage, ChatMessage>();

  /** `compose` makes an empty message of ours. */
  constructor(compose: () => WireMessage) {
    this.#compose = compose;
  }

  show({ stored, status, error }: OutboxItem, positions: Positions): ChatMessage {
    const before = this.#drawn.get(stored);
    if (before?.status === status && before.error === (error ?? undefined)) {
      return before;
    }
    const { id, content, queuedAt } = stored;
    const drawn = {
      ...toChatMessage(this.#compose(), positions),
      id,
      at: queuedAt,
      mine: true,
      content: (content.type === 'order-card' ? { ...PENDING, ...content } : content) as Content,
      status,
      ...(error && { error }),
    };
    this.#drawn.set(stored, drawn);
    return drawn;
  }
}
