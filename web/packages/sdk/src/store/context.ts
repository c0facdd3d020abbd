// What a conversation needs from its client.

import type { ChatError } from '../errors/chat-error.js';
import type { Outbox } from '../outbox/outbox.js';
import type { ChatMessage, Files, Http, Identity, Link, Runtime } from '../types.js';
import type { WireMessage } from '../wire/message.js';

/** The client, as its conversations see it. */
export interface ConversationContext {
  readonly runtime: Runtime;
  readonly http: Http;
  readonly files: Files;
  readonly outbox: Outbox;
  readonly messagesKept: number;
  /** Who we are; somebody without an id before that is known. */
  me(): Identity;
  link(): Link | null;
  /** A message of ours that is not kept, or does something at once. */
  compose(topic: string, type: string, content: string): WireMessage;
  /** How many messages of a conversation the server counts as unread. */
  unreadOf(topic: string): Promise<number>;
  /** The connection is needed. */
  wanted(): void;
  /** A view has changed. */
  drawn(): void;
  /** The conversation was read so far on this page. */
  readHere(topic: string, seq: number): void;
  /** Somebody else has said something just now. */
  heardNew(message: ChatMessage): void;
  reset(topic: string): void;
  failed(error: ChatError): void;
}
