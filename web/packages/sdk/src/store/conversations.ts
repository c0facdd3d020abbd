// All conversations of a client, each by its topic.

import { LiveConversation } from './conversation.js';
import type { ConversationContext } from './context.js';

/** The conversations; each is made when it is asked for first. */
export class Conversations {
  readonly #context: ConversationContext;
  readonly #byTopic = new Map<string, LiveConversation>();

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  /** Unread messages of those that are followed. */
  get unread(): number {
    return [...this.#byTopic.values()]
      .filter((conversation) => conversation.joined)
      .reduce((sum, { view }) => sum + view.unread, 0);
  }

  /** The conversation, if it was asked for before. */
  known(topic: string): LiveConversation | undefined {
    return this.#byTopic.get(topic);
  }

  get(topic: string): LiveConversation {
    const known = this.#byTopic.get(topic) ?? new LiveConversation(topic, this.#context);
    this.#byTopic.set(topic, known);
    return known;
  }

  all(): LiveConversation[] {
    return [...this.#byTopic.values()];
  }

  /** Forgets all of them. */
  clear(): void {
    this.all().forEach((conversation) => conversation.leave());
    this.#byTopic.clear();
  }
}
