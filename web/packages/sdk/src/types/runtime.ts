// The world outside, as far as the client needs it. Browsers have all of it; Node and tests bring their own.

import type { ChatError } from '../errors/chat-error.js';
import type { WireMessage } from '../wire/message.js';
import type { Http } from './client.js';
import type { Outgoing } from './content.js';

/** Time and timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once; returns how to prevent it. */
  after(ms: number, callback: () => void): () => void;
}

/** The page: whether it is seen, whether there is a network, and when that changes. */
export interface PageState {
  readonly visible: boolean;
  readonly online: boolean;
  /**
   * `resume`: the page is back from the back/forward cache, its sockets are dead. `hide`: it may be seen no more, so that
   * there may be no later. `leave`: it is over, or in that cache. Returns how to stop listening.
   */
  on(event: 'visible' | 'online' | 'offline' | 'resume' | 'hide' | 'leave', listener: () => void): () => void;
}

/** A small store of texts, such as the visitor's id. May be gone at any time. */
export interface KeyValueStore {
  /** The text, or null. */
  get(key: string): string | null;
  /** Keeps a text. */
  set(key: string, value: string): void;
  /** Forgets a text. One that is not there is no error. */
  remove(key: string): void;
}

/** A queued message, as it waits in storage. */
export interface StoredMessage {
  readonly id: string;
  readonly topic: string;
  /** uid of the writer: another user of the same browser must not send it. */
  readonly writer: string;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  /** Ascending in the order of writing. */
  readonly order: number;
  readonly content: Outgoing;
  readonly extra: Readonly<Record<string, unknown>>;
  /** The tab that sends it as long as it lives. */
  readonly tab: string;
}

/** Where queued messages wait until the server has them. */
export interface OutboxStorage {
  /** Keeps a message, in the place of the one with the same id. Resolves when it would survive the process. */
  put(message: StoredMessage): Promise<void>;
  /** Forgets a message. One that is not there is no error. */
  remove(id: string): Promise<void>;
  /** Everything that waits, in any order. */
  all(): Promise<readonly StoredMessage[]>;
}

/** The other tabs of this browser. */
export interface OtherTabs {
  /** One tab at a time has the lock `name`: calls back when it is ours. Returns how to give it up. */
  lock(name: string, held: () => void): () => void;
  /** Tells the others, not ourselves. */
  post(message: unknown): void;
  /** Returns how to stop listening. */
  listen(listener: (message: unknown) => void): () => void;
}

/** Everything outside. */
export interface Runtime {
  readonly clock: Clock;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly page: PageState;
  readonly store: KeyValueStore;
  /** As the `fetch` of browsers and Node. */
  readonly fetch: typeof fetch;
  /** Makes a WebSocket; null where there is none. */
  readonly webSocket: ((url: string, protocols: string[]) => WebSocket) | null;
  /** Asked once by each client; null for those of the browser. */
  readonly otherTabs: (() => OtherTabs) | null;
}

/** What else a user may listen to: all its conversations, what is told to it alone, seats, and who waits. */
export type Feed = 'messages' | 'notify' | 'seats' | 'queue';

/** What a link tells the client. */
export interface LinkEvents {
  /** A message of a conversation: an entry if it has a `seq`, else something that is passed on only. */
  message(message: WireMessage): void;
  /** Something on a feed that is no message of a conversation. */
  told(feed: Feed, body: unknown): void;
  /** The server will not have the message `id`. The link may end with that, or not. */
  refused(id: string, error: ChatError): void;
  /** Something has come: a sign of life. */
  heard(): void;
  /** The link has ended. Told once, and nothing after it. */
  closed(error: ChatError): void;
}

/** An open connection that carries messages both ways. */
export interface Link {
  /** Messages are pushed; without it they are fetched now and then. */
  readonly live: boolean;
  /**
   * Follows a conversation behind `afterSeq`, or from where it stands. Resolves when what is said from then on comes by
   * itself, and what was said in between is on its way.
   */
  follow(topic: string, afterSeq: number | null): Promise<void>;
  /** Follows a conversation no more. */
  unfollow(topic: string): void;
  /** Follows a feed for as long as the link lives. */
  listen(feed: Feed): Promise<void>;
  /** Hands a message over. That the server has it is told by its echo, or by `refused`. */
  publish(message: WireMessage): void;
  /** Resolves when the server has shown a sign of life. */
  probe(): Promise<void>;
  /** Ends the link; nothing is told after it. */
  close(): void;
}

/** What a carrier needs to open a link. */
export interface LinkRequest {
  readonly endpoint: string;
  readonly token: string;
  readonly role: 'visitor' | 'agent';
  readonly user: string;
  readonly device: string;
  readonly http: Http;
  readonly runtime: Runtime;
  readonly events: LinkEvents;
}

/** A way to the server. */
export interface Carrier {
  readonly name: string;
  /** Rejects with a `ChatError`; `signal` gives it up. */
  open(request: LinkRequest, signal: AbortSignal): Promise<Link>;
}
