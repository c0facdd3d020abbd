// One conversation: what the page shows of it, and what one can do in it.

import type { LeftMessage, Outgoing, Rating } from './content.js';
import type { ChatMessage, Person, Sending } from './message.js';

/** Where a conversation stands. */
export type ConversationStatus = 'new' | 'robot' | 'queuing' | 'chatting' | 'offline' | 'timeout' | 'closed';

/** The visitor's place among those who wait. */
export interface QueuePlace {
  /** From 1 on. */
  readonly position: number;
  readonly size: number;
  readonly waitSeconds: number;
  /** When it was told, in milliseconds since 1970. */
  readonly at: number;
}

/** A transfer or an invitation that waits for an answer. */
export interface Offer {
  readonly kind: 'transfer' | 'invitation';
  /** The id of the message that offers; it names the offer. */
  readonly id: string;
  readonly from: Person;
  /** uid of the colleague, or of the workgroup. */
  readonly to: string;
  readonly note: string;
  /** Whether we are the one who is asked. */
  readonly forMe: boolean;
  readonly at: number;
}

/** Where the rating of the current service stands. */
export interface RatingState {
  /** The id of the question, if the desk has asked. */
  readonly invitation: string | null;
  readonly given: Rating | null;
}

/** A picture of the conversation at one moment. Unchanged parts are the same objects as before. */
export interface ConversationView {
  readonly topic: string;
  readonly status: ConversationStatus;
  /** Ascending by `seq`, what is not yet sent behind it. At most `messagesKept` of them. */
  readonly messages: readonly ChatMessage[];
  /** The first page is being fetched. */
  readonly loading: boolean;
  readonly loadingBefore: boolean;
  /** Nothing is older than the first of `messages`. */
  readonly atStart: boolean;
  /** Something is missing and being fetched. */
  readonly gap: boolean;
  /** The newest `seq` that is known. */
  readonly head: number;
  /** How far we have read. */
  readonly readUpTo: number;
  /** Messages of others behind `readUpTo`. */
  readonly unread: number;
  /** How far the others have read, and received: the farthest of them. */
  readonly othersRead: number;
  readonly othersDelivered: number;
  /** Who is writing at this moment. */
  readonly typing: readonly Person[];
  /** What the visitor is writing, where the server tells agents. */
  readonly preview: string;
  readonly visitor: Person | null;
  /** Who has the conversation. */
  readonly agent: Person | null;
  readonly queue: QueuePlace | null;
  readonly offer: Offer | null;
  readonly rating: RatingState;
}

/** Options of an upload. */
export interface UploadOptions {
  readonly name?: string;
  /** What it is sent as; by the type of the file if missing. */
  readonly as?: 'image' | 'file' | 'audio' | 'video';
  /** Longest side of pictures in pixels; larger ones are scaled down before they go up. 1600 if missing, 0 for never. */
  readonly maxPixels?: number;
}

/** A conversation, kept up to date from `join` to `leave`. */
export interface Conversation {
  readonly topic: string;
  readonly view: ConversationView;
  /** Follows the conversation; resolves when history is there and nothing newer is missing. Repeats are harmless. */
  join(): Promise<void>;
  /** Stops following. What is queued is still sent. */
  leave(): void;
  /** Calls `listener` after each change, at most once a frame. Returns how to stop. */
  subscribe(listener: (view: ConversationView) => void): () => void;
  /** Says something. Returns at once; the message is in the view already. */
  send(content: Outgoing): Sending;
  /** The same as `send` with plain text. */
  sendText(text: string): Sending;
  /** Sends a file: the message is in the view at once, with `progress`. */
  upload(file: Blob, options?: UploadOptions): Sending;
  /** The page before what is shown; resolves when it is in the view. */
  loadBefore(): Promise<void>;
  /** Forgets the far side of a long history, so that at most `count` messages are kept. */
  trim(count: number): void;
  /** Everything up to `seq` (the newest if missing) is read. Told in batches, and only while the page is seen. */
  markRead(seq?: number): void;
  /** To be called at each key press. */
  typing(): void;
  /** What is in the composer, for the agent's eyes; an empty text takes it away. */
  preview(text: string): void;
  /** Sends what has failed, or what is asked about, under the same id again. */
  retry(id: string): void;
  /** Takes back what is not sent; false if that is too late. */
  cancel(id: string): boolean;
  /** Takes back what was sent, for everybody. @throws ChatError if it is too late, or not ours */
  recall(id: string): Promise<void>;
  /** Says it in other words. @throws ChatError if it is too late, or not ours */
  edit(id: string, text: string): Promise<void>;
  /** Adds our reaction, or takes it away if it is there. @throws ChatError */
  react(id: string, emoji: string): Promise<void>;
  /** Rates the service, once for each. @throws ChatError if there is nothing to rate, or it is rated */
  rate(rating: Rating): Promise<void>;
  /** Leaves a message where nobody is there. @throws ChatError */
  leaveMessage(message: LeftMessage): Promise<void>;
  /** Pays or cancels an order card that was offered here. */
  settleOrderCard(id: number, how: 'pay' | 'cancel'): Promise<void>;
  /** Ends the conversation; `text` is what the others read, the desk's words if missing. */
  close(text?: string): Promise<void>;
}
