// Messages of the outbox as the page shows them. What has not changed is the same object as before.

import type { OutboxItem } from '../outbox/outbox.js';
import type { ChatMessage, StoredMessage } from '../types.js';
import type { WireMessage } from '../wire/message.js';
import { type Positions, toChatMessage } from './project.js';

/** Draws what waits. */
export class WaitingMessages {
  readonly #toWire: (stored: StoredMessage) => WireMessage;
  readonly #drawn = new WeakMap<StoredMessage, ChatMessage>();

  constructor(toWire: (stored: StoredMessage) => WireMessage) {
    this.#toWire = toWire;
  }

  show({ stored, status, error }: OutboxItem, positions: Positions): ChatMessage {
    const before = this.#drawn.get(stored);
    if (before?.status === status && before.error === (error ?? undefined)) {
      return before;
    }
    const message = toChatMessage(this.#toWire(stored), positions);
    const drawn = { ...message, at: stored.queuedAt, mine: true, status, ...(error && { error }) };
    this.#drawn.set(stored, drawn);
    return drawn;
  }
}
