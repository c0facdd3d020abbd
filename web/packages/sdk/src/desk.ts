// What agents, supervisors and administrators do. An entry of its own: visitors need none of it.

import type { Api } from '@deskwire/api';
import { callSafely } from './core/emitter.js';
import { toProfile, toSeat } from './desk/answers.js';
import { allRows, ask, cannedReplies, leftMessages, supervision, toReceiver } from './desk/requests.js';
import { Rows } from './desk/rows.js';
import { toSummary } from './store/summary.js';
import type {
  ChatClient,
  ChatMessage,
  Clock,
  ConversationSummary,
  Desk,
  DeskThread,
  DeskView,
  Person,
  Receiver,
  Seat,
  SeatStatus,
} from './types.js';
import { browserRuntime } from './core/browser.js';
import { object, type JsonObject } from './wire/json.js';
import type { WireMessage } from './wire/message.js';

/** How long questions of the same kind are collected. */
const COLLECT_MS = 300;

/** How often the queue is asked for beside being told: agents without room are not told. */
const QUEUE_MS = 10_000;

/** How often listeners are told: typing of many conversations is not worth more. */
const FRAME_MS = 50;

const EMPTY: DeskView = { loaded: false, threads: [], queue: [], unread: 0, profile: null, seats: [] };

/** The desk of an agent who has signed in with `client`. `clock` is for tests. */
export function createDesk(client: ChatClient, clock: Clock = browserRuntime().clock): Desk {
  return new LiveDesk(client, clock);
}

class LiveDesk implements Desk {
  readonly leftMessages;
  readonly canned;
  readonly supervision;
  readonly #client: ChatClient;
  /** Requests with the types of the server's document. */
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #rows: Rows;
  readonly #queue: Rows;
  readonly #seats = new Map<string, Seat>();
  readonly #listeners = new Set<(view: DeskView) => void>();
  readonly #asked = new Set<string>();
  #stops: (() => void)[] = [];
  #view = EMPTY;
  /** How often the own seat was set or told: what was asked for before is out of date then. */
  #seatChanges = 0;
  #stopFlush: (() => void) | null = null;
  #stopAsking: (() => void) | null = null;
  #stopQueue: (() => void) | null = null;

  constructor(client: ChatClient, clock: Clock) {
    this.#client = client;
    this.#api = client.http;
    this.#clock = clock;
    const host = { clock, me: () => client.identity?.id ?? '', changed: () => this.#changed() };
    this.#rows = new Rows({ ...host, ask: (topic) => this.#ask(topic) });
    this.#queue = new Rows({ ...host, ask: () => undefined });
    this.leftMessages = leftMessages(client.http);
    this.canned = cannedReplies(client.http);
    this.supervision = supervision(client.http);
  }

  get view(): DeskView {
    return this.#view;
  }

  subscribe(listener: (view: DeskView) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#start();
    }
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
        this.#stop();
      }
    };
  }

  async refresh(): Promise<void> {
    const { http } = this.#client;
    const changes = this.#seatChanges;
    const [threads, found] = await Promise.all([
      allRows(http, '/api/v1/thread/query'),
      this.#api.get('/api/v1/user/profile'),
      this.#refreshQueue(),
    ]);
    this.#rows.listed(threads);
    const known = this.#seatChanges === changes ? null : this.#view.profile;
    const profile = toProfile(found);
    this.#view = { ...this.#view, loaded: true, profile: { ...profile, seat: known?.seat ?? profile.seat } };
    this.#changed();
  }

  async setSeat(status: SeatStatus) {
    const profile = toProfile(await this.#api.post('/api/v1/agent/update/status', { status }));
    this.#seatChanges += 1;
    this.#view = { ...this.#view, profile };
    this.#changed();
    return profile;
  }

  async presence(uid: string) {
    const { online, activeCount } = await this.#client.http.get<{ online: boolean; activeCount: number }>(
      `/api/v1/connection/presence/${encodeURIComponent(uid)}`,
    );
    return { online, connections: activeCount };
  }

  async accept(topic: string): Promise<ConversationSummary> {
    const row = await this.#api.post('/api/v1/thread/accept', { topic });
    this.#queue.remove(topic);
    this.#rows.put(row);
    return toSummary(row);
  }

  async takeNext(): Promise<ConversationSummary | null> {
    await this.#refreshQueue();
    const first = this.#waiting()[0];
    return first ? this.accept(first.topic) : null;
  }

  async close(topic: string, text?: string): Promise<void> {
    await this.#api.post('/api/v1/thread/close', { topic, content: text });
    this.#rows.remove(topic);
  }

  async transfer(topic: string, to: Receiver, note?: string): Promise<ChatMessage> {
    // The offer itself is in the log of the visitor.
    if (note) {
      await this.note(topic, note);
    }
    return this.#command('transfer/create', { topic, ...toReceiver(to) });
  }

  async acceptTransfer(topic: string, offer?: string): Promise<void> {
    await this.#command('transfer/accept', { topic, uid: offer });
    this.#ask(topic);
  }

  async rejectTransfer(topic: string, offer?: string): Promise<void> {
    await this.#command('transfer/reject', { topic, uid: offer });
    this.#rows.remove(topic);
  }

  async cancelTransfer(topic: string, offer?: string): Promise<void> {
    await this.#command('transfer/cancel', { topic, uid: offer });
  }

  async invite(topic: string, agent: string, note?: string): Promise<ChatMessage> {
    if (note) {
      await this.note(topic, note);
    }
    return this.#command('invite/create', { topic, ...toReceiver({ agent }) });
  }

  async acceptInvitation(topic: string, offer?: string): Promise<void> {
    await this.#command('invite/accept', { topic, uid: offer });
    this.#ask(topic);
  }

  async rejectInvitation(topic: string, offer?: string): Promise<void> {
    await this.#command('invite/reject', { topic, uid: offer });
    this.#rows.remove(topic);
  }

  async cancelInvitation(topic: string, offer?: string): Promise<void> {
    await this.#command('invite/cancel', { topic, uid: offer });
  }

  async leaveAsHelper(topic: string): Promise<void> {
    await this.#command('invite/exit', { topic });
    this.#rows.remove(topic);
  }

  async removeHelper(topic: string, agent: string): Promise<void> {
    await this.#command('invite/remove', { topic, agentUid: agent });
  }

  async inviteRating(topic: string, text?: string): Promise<void> {
    await this.#command('rating/invite', { topic, content: text });
  }

  notesOf(topic: string): string {
    return `${topic}_internal`;
  }

  async note(topic: string, text: string): Promise<void> {
    await this.#api.post('/api/v1/thread/whisper', { topic, content: text });
  }

  async exportThread(uid: string, format: 'json' | 'text'): Promise<Blob> {
    return (await this.#client.http.raw('/api/v1/thread/export', { uid, format })).blob();
  }

  async thread(topic: string): Promise<ConversationSummary> {
    return toSummary(await this.#api.get('/api/v1/thread/query/topic', { topic }));
  }

  colleagues(): readonly Person[] {
    return [...this.#seats.values()].map(({ id, name }) => ({ id, name, avatar: '', role: 'agent' }));
  }

  #start(): void {
    const { on, listen } = {
      on: this.#client.on.bind(this.#client),
      listen: this.#client.listen.bind(this.#client),
    };
    this.#stops = [
      // Back ends may put things there that are no messages of a conversation.
      listen('messages', (told) => object(told)['thread'] && this.#heard(told as WireMessage)),
      listen('notify', (told) => this.#told(object(told))),
      listen('queue', () => this.#askQueue(COLLECT_MS)),
      listen('seats', (told) => this.#seat(object(told))),
      on('state', ({ current }) => this.#connected(current.status)),
    ];
    this.#connected(this.#client.state.status);
  }

  #stop(): void {
    this.#stops.forEach((stop) => stop());
    this.#stopFlush?.();
    this.#stopAsking?.();
    this.#stopQueue?.();
    this.#stopFlush = this.#stopAsking = this.#stopQueue = null;
  }

  #connected(status: string): void {
    if (status === 'connected' || status === 'degraded') {
      this.refresh().catch(() => this.#askQueue(QUEUE_MS));
      void this.#readSeats();
      this.#askQueue(QUEUE_MS);
    }
  }

  #heard(message: WireMessage): void {
    this.#rows.heard(message);
    if (message.thread.status === 'CHATTING') {
      this.#queue.remove(message.thread.topic);
    }
  }

  #told({ type }: JsonObject): void {
    if (type === 'STATUS_CHANGE') {
      this.#askQueue(COLLECT_MS);
    }
  }

  /** A seat was told: ours may have been set in another tab. */
  #seat(told: JsonObject): void {
    const seat = toSeat(told);
    const { profile } = this.#view;
    this.#seats.set(seat.id, seat);
    if (profile?.id === seat.id) {
      this.#seatChanges += 1;
      this.#view = { ...this.#view, profile: { ...profile, seat: seat.status } };
    }
    this.#showSeats();
  }

  async #readSeats(): Promise<void> {
    const rows = await allRows(this.#client.http, '/api/v1/agent/query/org').catch(() => []);
    rows.map(toSeat).forEach((seat) => this.#seats.set(seat.id, seat));
    this.#showSeats();
  }

  #showSeats(): void {
    this.#view = { ...this.#view, seats: [...this.#seats.values()] };
    this.#changed();
  }

  async #refreshQueue(): Promise<void> {
    this.#queue.listed(await allRows(this.#client.http, '/api/v1/queue/query/queuing'));
  }

  async #refreshAll(): Promise<void> {
    await Promise.all([this.refresh(), this.#readSeats()]);
  }

  #askQueue(ms: number): void {
    this.#stopQueue?.();
    this.#stopQueue = this.#clock.after(ms, () => {
      // Where nothing is pushed, what was taken away or set elsewhere is not told either.
      const { status } = this.#client.state;
      const asked = status === 'degraded' ? this.#refreshAll() : this.#refreshQueue();
      void asked.catch(() => undefined); // asked again soon
      this.#askQueue(QUEUE_MS);
    });
  }

  #ask(topic: string): void {
    this.#asked.add(topic);
    this.#stopAsking ??= this.#clock.after(COLLECT_MS, () => {
      this.#stopAsking = null;
      const topics = [...this.#asked];
      this.#asked.clear();
      topics.forEach((asked) => void this.#readRow(asked));
    });
  }

  async #readRow(topic: string): Promise<void> {
    const row = await this.#api.get('/api/v1/thread/query/topic', { topic }).catch(() => null);
    if (row && row.status !== 'CLOSED') {
      this.#rows.put(row);
    }
  }

  /** Who waits, the longest first. */
  #waiting(): readonly DeskThread[] {
    const since = ({ waitingSince, createdAt }: DeskThread) => waitingSince ?? createdAt;
    return [...this.#queue.sorted].sort((one, other) => since(one) - since(other));
  }

  #changed(): void {
    this.#stopFlush ??= this.#clock.after(FRAME_MS, () => {
      this.#stopFlush = null;
      const threads = this.#rows.sorted;
      const unread = threads.reduce((sum, thread) => sum + thread.unread, 0);
      this.#view = { ...this.#view, threads, queue: this.#waiting(), unread };
      const view = this.#view;
      this.#listeners.forEach((listener) => callSafely(() => listener(view)));
    });
  }

  #command(what: string, body: object): Promise<ChatMessage> {
    return ask(this.#client.http, what, this.#client.identity?.id ?? '', body);
  }
}
