// What one does in a conversation beside talking: each is one request, and done when the server has answered.

import { postMessage } from '../transports/http-api.js';
import type { LeftMessage, Rating } from '../types.js';
import type { WireMessage } from '../wire/message.js';
import type { ConversationContext } from './context.js';

/** The requests of one conversation. */
export class Commands {
  readonly #topic: string;
  readonly #context: ConversationContext;
  readonly #heard: (entry: WireMessage) => void;

  /** `heard` is given the entries that requests have made. */
  constructor(topic: string, context: ConversationContext, heard: (entry: WireMessage) => void) {
    this.#topic = topic;
    this.#context = context;
    this.#heard = heard;
  }

  recall(id: string): Promise<void> {
    return this.#message('RECALL', id);
  }

  edit(id: string, text: string): Promise<void> {
    return this.#message('EDIT', JSON.stringify({ uid: id, content: text }));
  }

  react(id: string, emoji: string, remove: boolean): Promise<void> {
    return this.#message('REACTION', JSON.stringify({ uid: id, emoji, ...(remove && { remove }) }));
  }

  rate({ score, resolved, text }: Rating, invitation: string | null): Promise<void> {
    return this.#post('/visitor/api/v1/rating/submit', {
      score,
      resolved,
      content: text,
      messageUid: invitation ?? undefined,
    });
  }

  leaveMessage({ text, name, contact, category, images }: LeftMessage, prompt?: string): Promise<void> {
    return this.#post('/visitor/api/v1/message/leave/create', {
      content: text,
      nickname: name,
      contact,
      type: category,
      images,
      messageUid: prompt,
    });
  }

  async settleOrderCard(id: number, how: 'pay' | 'cancel'): Promise<void> {
    await this.#context.http.post(`/api/v1/order-card/${id}/${how}`);
  }

  async close(text?: string): Promise<void> {
    const path =
      this.#context.me().role === 'visitor' ? '/visitor/api/v1/thread/close' : '/api/v1/thread/close';
    await this.#context.http.post(path, { topic: this.#topic, content: text });
  }

  async #message(type: string, content: string): Promise<void> {
    const context = this.#context;
    this.#heard(
      await postMessage(context.http, context.me().role, context.compose(this.#topic, type, content)),
    );
  }

  async #post(path: string, body: object): Promise<void> {
    const { uid } = this.#context.compose(this.#topic, '', '');
    const made = await this.#context.http.post<WireMessage>(path, { topic: this.#topic, uid, ...body });
    if (made.seq !== undefined) {
      this.#heard(made);
    }
  }
}
