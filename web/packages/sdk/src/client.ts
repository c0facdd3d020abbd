// The client: puts session, connection, outbox and conversations together.

import { browserRuntime } from './core/browser.js';
import { Connection } from './core/connection.js';
import { Emitter } from './core/emitter.js';
import { Feeds } from './core/feeds.js';
import { HttpClient } from './core/http.js';
import { Session } from './core/session.js';
import { Tabs } from './core/tabs.js';
import { newId } from './core/uuid.js';
import type { ChatError } from './errors/chat-error.js';
import { errorOf } from './errors/from-server.js';
import { Outbox } from './outbox/outbox.js';
import { defaultStorage } from './outbox/storage.js';
import { Conversations } from './store/conversations.js';
import { toChatMessage } from './store/project.js';
import { toStatus } from './store/standing.js';
import { carriers } from './transports/carriers.js';
import { postMessage, unreadOf } from './transports/http-api.js';
import type {
  Carrier,
  ChatClient,
  ClientEvents,
  ClientOptions,
  ConnectionState,
  Conversation,
  ConversationSummary,
  Feed,
  Files,
  Identity,
  Link,
  LinkEvents,
  Runtime,
  SearchPage,
  SearchQuery,
  Sending,
  Started,
  StartOptions,
  StoredMessage,
  VisitorOptions,
} from './types.js';
import { object, text } from './wire/json.js';
import { UNSEEN } from './wire/content.js';
import { compose, type WireMessage } from './wire/message.js';

const NOBODY: Identity = { id: '', name: '', avatar: '', role: 'visitor', organisation: '' };
const DEVICE_KEY = 'deskwire.device';

/** A difference of clocks that is not worth correcting: the server's header counts whole seconds. */
const CLOCKS_AGREE_MS = 1_500;

/** Makes a client. Nothing is sent before it is told to connect, who it is, or what to join. */
export function createClient(options: ClientOptions = {}): ChatClient {
  return new Client(options);
}

class Client implements ChatClient {
  readonly device: string;
  readonly http: HttpClient;
  readonly files: Files;
  readonly #options: ClientOptions;
  readonly #endpoint: string;
  readonly #runtime: Runtime;
  readonly #events = new Emitter<ClientEvents>();
  readonly #session: Session;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #conversations: Conversations;
  readonly #tabs: Tabs;
  readonly #feeds = new Feeds();
  #adopted: string | null = null;
  #clockOffsetMs = 0;
  #unread = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#runtime = { ...browserRuntime(options.scope), ...options.runtime };
    this.#endpoint = (options.endpoint ?? (typeof location === 'undefined' ? '' : location.origin)).replace(
      /\/$/,
      '',
    );
    this.device = options.device ?? this.#storedDevice();
    const { fetch, store, clock } = this.#runtime;
    const token = (renew: boolean) => this.#session.token(renew);
    this.http = new HttpClient({
      endpoint: this.#endpoint,
      fetch,
      token,
      serverTime: (at) => this.#compareClocks(at),
    });
    this.#session = new Session({
      store,
      http: () => this.http,
      getToken: options.getToken ?? null,
      changed: (identity) => this.#identified(identity),
    });
    const identity = () => this.identity;
    const loading = async () => {
      const { ServerFiles } = await import('./core/files.js');
      return new ServerFiles({ endpoint: this.#endpoint, fetch, http: this.http, identity, token });
    };
    this.files = {
      upload: async (...args) => (await loading()).upload(...args),
      link: async (url) => (await loading()).link(url),
    };
    this.#outbox = new Outbox({
      clock,
      storage: options.outbox ?? defaultStorage(),
      socketFor: (topic) => this.#socketFor(topic),
      post: (stored) => postMessage(this.http, this.#me().role, this.#toWireMessage(stored)),
      reachable: () => this.#connection.link !== null,
      suspect: () => this.#connection.suspect(),
      changed: (topic) => this.#conversations.known(topic)?.changed(),
      sent: (topic, entry) => this.#conversations.known(topic)?.heard(entry),
    });
    this.#connection = new Connection({
      runtime: this.#runtime,
      carriers: (options.transports ?? ['ws', 'sockjs', 'http']).map((carrier) =>
        typeof carrier === 'string' ? carriers[carrier] : carrier,
      ),
      open: (carrier, signal, events) => this.#open(carrier, signal, events),
      renew: async () => (await this.#session.token(true)) !== null,
      quiet: () => this.#outbox.idle,
      linked: (link) => this.#linked(link),
      changed: (current, previous) => {
        this.#log(`${previous.status} -> ${current.status} ${current.carrier ?? ''} ${current.reason ?? ''}`);
        this.#events.emit('state', { current, previous });
      },
      failed: (error) => this.#events.emit('error', error),
    });
    this.#conversations = new Conversations({
      runtime: this.#runtime,
      http: this.http,
      files: this.files,
      outbox: this.#outbox,
      messagesKept: options.messagesKept ?? 300,
      me: () => this.#me(),
      link: () => this.#connection.link,
      wanted: () => this.#connection.want(),
      compose: (...parts) => this.#compose(...parts),
      toWireMessage: (stored) => this.#toWireMessage(stored),
      unreadOf: (topic) => unreadOf(this.http, this.#me(), topic),
      readHere: (topic, seq) => this.#tabs.readHere(topic, seq),
      heardNew: (message) => this.#events.emit('message', message),
      drawn: () => this.#count(),
      reset: (topic) => this.#events.emit('reset', { topic }),
      failed: (error) => this.#events.emit('error', error),
    });
    this.#tabs = new Tabs(this.#runtime, {
      lead: () => {
        this.#events.emit('leader', true);
        void this.#adopt();
      },
      readElsewhere: (topic, seq) => this.#conversations.known(topic)?.readElsewhere(seq),
    });
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get identity(): Identity | null {
    return this.#session.identity;
  }

  get leader(): boolean {
    return this.#tabs.leading;
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  on<K extends keyof ClientEvents>(event: K, listener: (value: ClientEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  async token(): Promise<string> {
    const token = await this.#session.token();
    if (token === null) {
      throw errorOf('AUTH_REQUIRED', 'nobody has said who we are');
    }
    return token;
  }

  async init(options: VisitorOptions): Promise<Identity> {
    const before = this.identity?.id;
    const identity = await this.#session.init(options);
    if (before !== undefined && before !== identity.id) {
      // Somebody else: the connection and the views were those of who was here before.
      this.#connection.rest();
      this.#conversations.clear();
    }
    this.#connection.want();
    return identity;
  }

  async login(username: string, password: string): Promise<Identity> {
    const identity = await this.#session.login(username, password);
    this.#connection.want();
    return identity;
  }

  async logout(): Promise<void> {
    this.#connection.rest();
    this.#conversations.clear();
    await this.#outbox.forget();
    this.#session.logout();
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = ({ status, reason, retryInMs }: ConnectionState) => {
        if (status === 'connected' || status === 'degraded') {
          stop();
          resolve();
        } else if (status === 'closed' || (status === 'disconnected' && retryInMs === null)) {
          stop();
          reject(errorOf(reason ?? 'CLOSED', 'the client does not connect'));
        }
      };
      const stop = this.on('state', ({ current }) => settle(current));
      this.#connection.want();
      settle(this.state);
    });
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  async start({ workgroup, agent, forceAgent }: StartOptions): Promise<Started> {
    const { id, organisation } = this.#me();
    const answer = await this.http.post<WireMessage>('/visitor/api/v1/thread', {
      uid: id,
      visitorUid: id,
      orgUid: organisation,
      type: workgroup === undefined ? '0' : '1',
      sid: workgroup ?? agent,
      channel: 'WEB',
      ...(forceAgent !== undefined && { forceAgent }),
    });
    const status = toStatus(answer.thread.status);
    const conversation = this.#conversations.get(answer.thread.topic);
    conversation.heard(answer);
    return {
      conversation,
      outcome: status === 'robot' || status === 'queuing' || status === 'offline' ? status : 'chatting',
      greeting: toChatMessage(answer, { me: id, othersRead: 0, othersDelivered: 0 }),
    };
  }

  conversation(topic: string): Conversation {
    return this.#conversations.get(topic);
  }

  async conversations(): Promise<readonly ConversationSummary[]> {
    return (await import('./store/queries.js')).conversations(this.http, this.#me());
  }

  listen(feed: Feed, listener: (told: unknown) => void): () => void {
    return this.#feeds.listen(feed, listener, this.#connection.link);
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    return (await import('./store/queries.js')).search(this.http, this.#me(), query);
  }

  async leftovers(): Promise<readonly Sending[]> {
    await this.#adopt();
    return this.#conversations.all().flatMap((conversation) =>
      this.#outbox
        .items(conversation.topic)
        .filter(({ status }) => status === 'asking')
        .map(({ stored }) => conversation.sending(stored.id)),
    );
  }

  close(): Promise<void> {
    this.#tabs.close();
    this.#conversations.clear();
    this.#connection.close();
    this.#outbox.close();
    return Promise.resolve();
  }

  async #open(
    carrier: Carrier,
    signal: AbortSignal,
    events: Pick<LinkEvents, 'closed' | 'heard'>,
  ): Promise<Link> {
    const token = await this.token();
    const { id, role } = this.#me();
    return carrier.open(
      {
        endpoint: this.#endpoint,
        token,
        role,
        user: id,
        device: this.device,
        http: this.http,
        runtime: this.#runtime,
        events: {
          ...events,
          message: (message) => this.#message(message),
          told: (feed, body) => this.#told(feed, body),
          refused: (uid, error) => this.#refused(uid, error),
        },
      },
      signal,
    );
  }

  #linked(link: Link | null): void {
    if (!link) {
      this.#outbox.interrupted();
      this.#conversations.all().forEach((conversation) => conversation.unlinked());
      return;
    }
    this.#feeds.linked(link);
    this.#conversations.all().forEach((conversation) => conversation.linked());
    void this.#adopt();
    this.#outbox.flush();
  }

  #message(message: WireMessage): void {
    const conversation = this.#conversations.known(message.thread.topic);
    conversation?.heard(message);
    this.#feeds.told('messages', message);
    const { id } = this.#me();
    const isNew = message.seq !== undefined && message.user?.uid !== id && !UNSEEN.has(message.type);
    if (isNew && !conversation?.joined) {
      this.#events.emit('message', toChatMessage(message, { me: id, othersRead: 0, othersDelivered: 0 }));
    }
  }

  #told(feed: Feed, body: unknown): void {
    this.#feeds.told(feed, body);
    const { type, topic, ...data } = object(body);
    if (feed === 'notify' && type !== 'NEW_MESSAGE' && type !== 'STATUS_CHANGE') {
      this.#events.emit('notice', { type: text(type), topic: text(topic) || null, data });
    }
  }

  #refused(id: string, error: ChatError): void {
    this.#outbox.refused(id, error);
  }

  /** Echoes come only where the conversation is followed; elsewhere HTTP answers. */
  #socketFor(topic: string): ((stored: StoredMessage) => void) | null {
    const { link } = this.#connection;
    return link?.live && this.#conversations.known(topic)?.followed
      ? (stored) => link.publish(this.#toWireMessage(stored))
      : null;
  }

  #compose(topic: string, type: string, content: string): WireMessage {
    return compose(newId(this.#runtime.clock.now()), topic, type, content, {}, this.#me());
  }

  #toWireMessage({ id, topic, wireType, content, extra }: StoredMessage): WireMessage {
    return compose(id, topic, wireType, content, extra, this.#me());
  }

  /** What earlier pages of this user have left in storage is sent by the tab that leads. */
  async #adopt(): Promise<void> {
    const { id } = this.#me();
    // Without a link there is no use in it yet: a tab that leads at once is not even made by then.
    if (this.#connection.link && this.#tabs.leading && id !== '' && this.#adopted !== id) {
      this.#adopted = id;
      const stored = await this.#outbox.adopt(id);
      stored.forEach(({ topic }) => this.#conversations.get(topic).changed());
    }
  }

  #identified(identity: Identity | null): void {
    this.#events.emit('identity', identity);
  }

  #count(): void {
    const { unread } = this.#conversations;
    if (unread !== this.#unread) {
      this.#unread = unread;
      this.#events.emit('unread', unread);
    }
  }

  #compareClocks(at: number): void {
    const offset = at + 500 - this.#runtime.clock.now();
    this.#clockOffsetMs = Math.abs(offset) > CLOCKS_AGREE_MS ? offset : 0;
  }

  #me(): Identity {
    return this.identity ?? NOBODY;
  }

  #storedDevice(): string {
    const { store, clock } = this.#runtime;
    const device = store.get(DEVICE_KEY) ?? newId(clock.now());
    store.set(DEVICE_KEY, device);
    return device;
  }

  #log(line: string): void {
    this.#options.logger?.(line);
  }
}
