// A message as the page shows it, and what one can do with one's own.

import type { ChatError } from '../errors/chat-error.js';
import type { Content } from './content.js';

/** What somebody is in a conversation. `system` is the desk itself. */
export type Role = 'visitor' | 'agent' | 'robot' | 'system';

/** Somebody who takes part. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** A URL, or empty. */
  readonly avatar: string;
  readonly role: Role;
}

/**
 * How far a message has come.
 *
 * `queued` and `sending` are still here; `sent` is on the server's disk; `delivered` and `read` tell how far the others
 * are. `failed` waits for `retry`, and `asking` is a message that has waited for over a day: the user decides.
 */
export type MessageStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'asking';

/** Who has answered a message with which sign. */
export interface Reaction {
  readonly emoji: string;
  readonly by: readonly string[];
  readonly mine: boolean;
}

/** One message. Objects never change: a new state is a new object, under the same `id`. */
export interface ChatMessage {
  /** Made by the writer; the same on every device and protocol. */
  readonly id: string;
  /** The topic of its conversation. */
  readonly topic: string;
  /** Position in the conversation, from 1 without holes; null until the server has it. */
  readonly seq: number | null;
  readonly sender: Person;
  readonly mine: boolean;
  /** Milliseconds since 1970: the server's time, or ours until it is there. */
  readonly at: number;
  readonly content: Content;
  readonly status: MessageStatus;
  /** Taken back: `content` is empty. */
  readonly recalled: boolean;
  readonly edited: boolean;
  readonly reactions: readonly Reaction[];
  /** 0 to 1 while a file goes up. */
  readonly progress?: number;
  /** Why it has failed. */
  readonly error?: ChatError;
}

/** A message on its way; what `send` and `upload` return at once. */
export interface Sending {
  readonly id: string;
  /** The message as it is now. */
  readonly message: ChatMessage;
  /** Resolves when the server has it; rejects with a `ChatError` when it is refused or cancelled. */
  readonly done: Promise<ChatMessage>;
  /** Puts a failed message into the queue again, under the same id. */
  retry(): void;
  /** Takes it back as long as it is only here; afterwards this does nothing and returns false. */
  cancel(): boolean;
}
