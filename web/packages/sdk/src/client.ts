// The client: puts session, connection, outbox and conversations together.

import { browserRuntime, scoped } from './core/browser.js';
import { Connection } from './core/connection.js';
import { Emitter } from './core/emitter.js';
import { Feeds } from './core/feeds.js';
import { HttpClient } from './core/http.js';
import { Session } from './core/session.js';
import type { Tabs } from './core/tabs.js';
import { newId } from './core/uuid.js';
import type { ChatError } from './errors/chat-error.js';
import { errorOf } from './errors/from-server.js';
import { Outbox } from './outbox/outbox.js';
import { defaultStorage } from './outbox/storage.js';
import { Conversations } from './store/conversations.js';
import { seenBy, toChatMessage } from './store/project.js';
import { areReadable, loadBeyondWords, untilReadable } from './store/loading.js';
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
import { toWire } from './wire/outgoing.js';

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
  /** Names this page among those of this browser. */
  readonly #tab = newId(0);
  /** Pages whose queue is ours. */
  readonly #inherited = new Set<string>();
  #tabs: Tabs | null = null;
  #meeting: Promise<void> | null = null;
  readonly #feeds = new Feeds();
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
    const failed = (error: ChatError) => this.#events.emit('error', error);
    const loading = async () => {
      const { ServerFiles } = await loadBeyondWords();
      return new ServerFiles({ endpoint: this.#endpoint, fetch, http: this.http, identity, token });
    };
    this.files = {
      upload: async (...args) => (await loading()).upload(...args),
      link: async (url) => (await loading()).link(url),
    };
    this.#outbox = new Outbox({
      clock,
      storage: options.outbox ?? defaultStorage(),
      tab: this.#tab,
      socketFor: (topic) => this.#socketFor(topic),
      post: async (stored) => postMessage(this.http, this.#me().role, await this.#toWireMessage(stored)),
      reachable: () => this.#connection.link !== null,
      suspect: () => this.#connection.suspect(),
      queued: () => this.#tabs?.queued(),
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
        options.logger?.(`${current.status} ${current.carrier ?? ''} ${current.reason ?? ''}`);
        this.#events.emit('state', { current, previous });
      },
      failed,
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
      unreadOf: (topic) => unreadOf(this.http, this.#me(), topic),
      readHere: (topic, seq) => this.#tabs?.readHere(topic, seq),
      heardNew: (message) => this.#events.emit('message', message),
      drawn: () => this.#count(),
      reset: (topic) => this.#events.emit('reset', { topic }),
      failed,
    });
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  get identity(): Identity | null {
    return this.#session.identity;
  }

  get leader(): boolean {
    return this.#tabs?.leading ?? false;
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
    const identity = await this.#session.init(options);
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
    await this.#outbox.forget(this.#me().id);
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
    await untilReadable([answer]);
    const status = toStatus(answer.thread.status);
    const conversation = this.#conversations.get(answer.thread.topic);
    conversation.heard(answer);
    return {
      conversation,
      outcome: status === 'robot' || status === 'queuing' || status === 'offline' ? status : 'chatting',
      greeting: toChatMessage(answer, seenBy(id)),
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
    await this.#meetTabs();
    await this.#adopt();
    return this.#conversations.all().flatMap((conversation) =>
      this.#outbox
        .items(conversation.topic)
        .filter(({ status }) => status === 'asking')
        .map(({ stored }) => conversation.sending(stored.id)),
    );
  }

  async close(): Promise<void> {
    this.#conversations.clear();
    this.#connection.close();
    await this.#outbox.close();
    this.#tabs?.close();
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
          refused: (id, error) => this.#outbox.refused(id, error),
        },
      },
      signal,
    );
  }

  #linked(link: Link | null): void {
    if (!link) {
      this.#outbox.interrupted();
      return;
    }
    this.#feeds.linked(link);
    this.#conversations.all().forEach((conversation) => conversation.linked());
    void this.#meetTabs();
    this.#outbox.flush();
  }

  #message(message: WireMessage): void {
    if (areReadable([message])) {
      this.#heard(message);
    } else {
      void untilReadable([message]).then(() => this.#heard(message));
    }
  }

  #heard(message: WireMessage): void {
    const conversation = this.#conversations.known(message.thread.topic);
    conversation?.heard(message);
    this.#feeds.told('messages', message);
    const { id } = this.#me();
    const isNew = message.seq !== undefined && message.user?.uid !== id && !UNSEEN.test(message.type);
    if (isNew && !conversation?.joined) {
      this.#events.emit('message', toChatMessage(message, seenBy(id)));
    }
  }

  #told(feed: Feed, body: unknown): void {
    this.#feeds.told(feed, body);
    const { type, topic, ...data } = object(body);
    if (feed === 'notify' && type !== 'NEW_MESSAGE' && type !== 'STATUS_CHANGE') {
      this.#events.emit('notice', { type: text(type), topic: text(topic) || null, data });
    }
  }

  /** Echoes come only where the conversation is followed; elsewhere HTTP answers. */
  #socketFor(topic: string): ((stored: StoredMessage) => Promise<void>) | null {
    const { link } = this.#connection;
    return link?.live && this.#conversations.known(topic)?.followed
      ? async (stored) => link.publish(await this.#toWireMessage(stored))
      : null;
  }

  #compose(topic: string, type: string, content: string): WireMessage {
    return compose(newId(this.#runtime.clock.now()), topic, type, content, {}, this.#me());
  }

  async #toWireMessage({ id, topic, content, extra }: StoredMessage): Promise<WireMessage> {
    const { wireType, content: raw } = await toWire(content);
    return compose(id, topic, wireType, raw, extra, this.#me());
  }

  /** The other tabs matter as soon as something can be sent. */
  #meetTabs(): Promise<void> {
    return (this.#meeting ??= import('./core/tabs.js').then(
      ({ Tabs, browserTabs }) => {
        if (this.state.status !== 'closed') {
          const others =
            this.#runtime.otherTabs?.() ?? browserTabs(scoped('deskwire', this.#options.scope ?? ''));
          this.#tabs = new Tabs(others, this.#tab, {
            lead: () => void this.#lead(),
            readElsewhere: (topic, seq) => this.#conversations.known(topic)?.readElsewhere(seq),
            inherit: (tab) => {
              this.#inherited.add(tab);
              void this.#adopt();
            },
          });
        }
      },
      () => void (this.#meeting = null), // asked for again with the next link
    ));
  }

  async #lead(): Promise<void> {
    this.#events.emit('leader', true);
    (await this.#outbox.tabs()).forEach((tab) => this.#tabs?.watch(tab));
  }

  /** What closed pages of this user have left in storage is sent by the page that leads. */
  async #adopt(): Promise<void> {
    if (this.#inherited.size > 0) {
      const topics = await this.#outbox.adopt(this.#me().id, this.#inherited);
      topics.forEach((topic) => this.#conversations.get(topic).adopted());
      this.#outbox.flush();
    }
  }

  #identified(identity: Identity | null): void {
    this.#events.emit('identity', identity);
    void this.#adopt();
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
}
