// The client: who we are, whether we are connected, and where everything begins.

import type { ChatError, ErrorCode } from '../errors/chat-error.js';
import type { Conversation, ConversationStatus } from './conversation.js';
import type { ChatMessage, Person, Sending } from './message.js';
import type { Carrier, Feed, OutboxStorage, Runtime } from './runtime.js';

/**
 * `degraded` works, but without push: messages are fetched. `disconnected` tries again by itself, `suspended` too, but
 * seldom. `closed` is for ever.
 */
export type ConnectionStatus =
  'idle' | 'connecting' | 'connected' | 'degraded' | 'disconnected' | 'suspended' | 'closed';

/** The state of the connection. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Why it is not connected. */
  readonly reason: ErrorCode | null;
  /** Failed tries since the last connection. */
  readonly attempt: number;
  /** Milliseconds from the change to the next try; null if none is planned. */
  readonly retryInMs: number | null;
  /** What it is connected by, as `ws`. */
  readonly carrier: string | null;
}

/** Who we are. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly avatar: string;
  readonly role: 'visitor' | 'agent';
  /** uid of the organisation. */
  readonly organisation: string;
}

/** What the client tells about itself. */
export interface ClientEvents {
  state: { readonly current: ConnectionState; readonly previous: ConnectionState };
  identity: Identity | null;
  /** A message of somebody else has come, seen or not; not for those of the history. */
  message: ChatMessage;
  /** Unread messages over all conversations that are followed. */
  unread: number;
  /** This tab is the one that rings, notifies and sends what was queued. */
  leader: boolean;
  /** The server's log is not the one we knew: views were loaded anew. */
  reset: { readonly topic: string };
  /** What the desk tells one user, as a reminder or a collision; see `TOLD` in the protocol reference. */
  notice: {
    readonly type: string;
    readonly topic: string | null;
    readonly data: Readonly<Record<string, unknown>>;
  };
  error: ChatError;
}

/** How to make a client. */
export interface ClientOptions {
  /** Where the server is, as `https://chat.example.com`; the page's own origin if missing. */
  readonly endpoint?: string;
  /** Fetches an access token; asked again when the last one has ended. Without it `init` or `login` say who we are. */
  readonly getToken?: () => Promise<string>;
  /** What to connect by, in this order. `['ws', 'sockjs', 'http']` if missing. */
  readonly transports?: readonly (CarrierName | Carrier)[];
  /** Name of this device: it has its own delivered position. Made and kept by itself if missing. */
  readonly device?: string;
  /** Where queued messages wait; IndexedDB in browsers, memory elsewhere. */
  readonly outbox?: OutboxStorage;
  /** A name for clients of one origin that are different users, such as a widget and a workbench in one browser. */
  readonly scope?: string;
  /** How many messages a view keeps. 300 if missing. */
  readonly messagesKept?: number;
  /** The world outside: clock, chance, sockets, the page. For Node and for tests. */
  readonly runtime?: Partial<Runtime>;
  /** Told what happens inside; never tokens or message texts. */
  readonly logger?: (line: string) => void;
}

/** The carriers of the core. */
export type CarrierName = 'ws' | 'sockjs' | 'http';

/** How a visitor introduces itself. */
export interface VisitorOptions {
  /** uid of the organisation. */
  readonly organisation: string;
  readonly name?: string;
  readonly avatar?: string;
  /** Who it was before; taken from storage if missing. */
  readonly visitor?: string;
  readonly channel?: string;
  /** What the shop's page knows: page, referrer, language, signed identity … passed on as it is. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Who is asked for. */
export interface StartOptions {
  readonly workgroup?: string;
  readonly agent?: string;
  /** A person, where a robot answers first. */
  readonly forceAgent?: boolean;
}

/** A conversation that was asked for. */
export interface Started {
  readonly conversation: Conversation;
  /** What came of it: somebody is there, a robot is, one waits, or nobody is there. */
  readonly outcome: Extract<ConversationStatus, 'chatting' | 'robot' | 'queuing' | 'offline'>;
  /** The desk's words. */
  readonly greeting: ChatMessage;
}

/** A row of a list of conversations. */
export interface ConversationSummary {
  readonly topic: string;
  readonly uid: string;
  readonly status: ConversationStatus;
  readonly visitor: Person;
  /** uid of who has it. */
  readonly owner: string | null;
  /** The last words, as one line of text. */
  readonly lastText: string;
  readonly lastAt: number;
  /** uid of who said them. */
  readonly lastSender: string | null;
  /** Their place in the conversation; 0 where nothing was said. */
  readonly lastSeq: number;
  readonly unread: number;
  /**
   * Since when the visitor waits, in the queue or for an answer, in milliseconds since 1970; null if it does not, and in
   * lists of visitors.
   */
  readonly waitingSince: number | null;
  readonly createdAt: number;
}

/** A found message. `positions` are start and length in `snippet`, in UTF-16 code units. */
export interface Found {
  readonly message: ChatMessage;
  readonly snippet: string;
  readonly positions: readonly (readonly [number, number])[];
}

/** What to look for; see the protocol reference. */
export interface SearchQuery {
  readonly q?: string;
  readonly topic?: string;
  readonly types?: readonly string[];
  readonly agent?: string;
  readonly visitor?: string;
  readonly since?: number | string;
  readonly until?: number | string;
  readonly order?: 'newest' | 'best';
  readonly size?: number;
  readonly cursor?: string;
}

/** A page of what was found; `next` goes on, null at the end. */
export interface SearchPage {
  readonly found: readonly Found[];
  readonly next: string | null;
}

/** Requests to the server's HTTP API, with our token, renewed once if it has ended. */
export interface Http {
  /** The `data` of the answer. @throws ChatError */
  get<T>(path: string, query?: QueryValues): Promise<T>;
  /** Sends `body` as JSON; the `data` of the answer. @throws ChatError */
  post<T>(path: string, body?: unknown): Promise<T>;
  /** The answer itself, for files and CSV. @throws ChatError if its status is no success */
  raw(path: string, query?: QueryValues): Promise<Response>;
}

/** What goes into a URL; undefined is left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** A file that was uploaded. */
export interface UploadedFile {
  readonly uid: string;
  readonly url: string;
  readonly name: string;
  readonly size: number;
  readonly mimeType: string;
  readonly width?: number;
  readonly height?: number;
  readonly thumbnail?: string;
}

/** Files outside of a conversation. */
export interface Files {
  /** `progress` is told 0 to 1. @throws ChatError */
  upload(
    file: Blob,
    options?: {
      name?: string;
      avatar?: boolean;
      key?: string;
      progress?: (share: number) => void;
      signal?: AbortSignal;
    },
  ): Promise<UploadedFile>;
  /** A link that is good again. @throws ChatError */
  link(url: string): Promise<string>;
}

/** The client. Nothing happens before `connect`, `init`, `login` or the first `join`. */
export interface ChatClient {
  readonly state: ConnectionState;
  readonly identity: Identity | null;
  readonly device: string;
  readonly leader: boolean;
  readonly http: Http;
  readonly files: Files;
  /** Milliseconds to add to our clock to have the server's. */
  readonly clockOffsetMs: number;
  /** Returns how to stop listening. */
  on<K extends keyof ClientEvents>(event: K, listener: (value: ClientEvents[K]) => void): () => void;
  /** The token in use, fetched if there is none. @throws ChatError */
  token(): Promise<string>;
  /** A visitor introduces itself. The same visitor comes back after a reload. @throws ChatError */
  init(options: VisitorOptions): Promise<Identity>;
  /** An agent signs in. @throws ChatError */
  login(username: string, password: string): Promise<Identity>;
  /** Forgets who we are, here and in storage: for shared computers. */
  logout(): Promise<void>;
  /** Resolves when connected. Only needed to connect before the first `join`. */
  connect(): Promise<void>;
  /** Tries again now, if it is waiting to. */
  retryNow(): void;
  /** A visitor asks for a conversation. @throws ChatError */
  start(options: StartOptions): Promise<Started>;
  /** A conversation by its topic; the same object each time. */
  conversation(topic: string): Conversation;
  /** Our conversations, those that are over too, the newest first. @throws ChatError */
  conversations(): Promise<readonly ConversationSummary[]>;
  /** Listens to a feed of the user, over reconnects: messages as they travel, else what was told. */
  listen(feed: Feed, listener: (told: unknown) => void): () => void;
  /** Looks for what was said in all conversations that we may read, a page at a time. @throws ChatError */
  search(query: SearchQuery): Promise<SearchPage>;
  /** What is queued from an earlier life of the page and older than a day: the user decides by `retry` or `cancel`. */
  leftovers(): Promise<readonly Sending[]>;
  /** Ends everything; what is queued stays in storage. */
  close(): Promise<void>;
}
