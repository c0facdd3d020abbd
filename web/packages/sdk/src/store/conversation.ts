// One conversation: its log, what waits to be sent, who is where, and the picture of it all.

import type { ChatError } from '../errors/chat-error.js';
import { callSafely } from '../core/emitter.js';
import type {
  ChatMessage,
  Conversation,
  ConversationView,
  LeftMessage,
  Outgoing,
  Person,
  QueuePlace,
  Rating,
  RatingState,
  Sending,
  UploadOptions,
} from '../types.js';
import { UNSEEN } from '../wire/content.js';
import type { WireMessage } from '../wire/message.js';
import type { Activity } from './activity.js';
import type { Commands } from './commands.js';
import type { ConversationContext } from './context.js';
import { Follow } from './follow.js';
import { beyondWords, loadBeyondWords } from './loading.js';
import type { Entry } from './log.js';
import { Others } from './others.js';
import { type Positions, Projection, toChatMessage, toPerson } from './project.js';
import { Receipts } from './receipts.js';
import type { Speeches } from './speeches.js';
import { agentOf, placeIn, toStatus } from './standing.js';
import { Uploads } from './uploads.js';
import { WaitingMessages } from './waiting.js';

/** How often listeners are told while much happens: once a frame. */
const FRAME_MS = 16;

const NOBODY: readonly Person[] = [];
const NOT_RATED: RatingState = { invitation: null, given: null };

/** The conversation behind the public interface. */
export class LiveConversation implements Conversation {
  readonly topic: string;
  readonly #context: ConversationContext;
  readonly #follow: Follow;
  readonly #receipts: Receipts;
  #activity: Activity | null = null;
  #commands: Commands | null = null;
  #speeches: Speeches | null = null;
  readonly #uploads: Uploads;
  readonly #projection = new Projection();
  readonly #others = new Others();
  readonly #waiting: WaitingMessages;
  readonly #listeners = new Set<(view: ConversationView) => void>();
  #queue: QueuePlace | null = null;
  #view: ConversationView | null = null;
  #stopFlush: (() => void) | null = null;
  #flushedAt = 0;
  #expanded = false;

  constructor(topic: string, context: ConversationContext) {
    this.topic = topic;
    this.#context = context;
    const { clock, page } = context.runtime;
    const changed = () => this.changed();
    this.#receipts = new Receipts({
      clock,
      page,
      tell: (type, seq) => this.#tellPosition(type, seq),
      moved: (here) => {
        if (here) {
          context.readHere(topic, this.#receipts.read);
        }
        changed();
      },
    });
    this.#waiting = new WaitingMessages(() => this.#wire('', ''));
    this.#uploads = new Uploads(topic, context, (...said) => void this.#say(...said), changed);
    this.#follow = new Follow({
      topic,
      clock,
      http: context.http,
      get role() {
        return context.me().role;
      },
      link: () => context.link(),
      begun: () => this.#begun(),
      added: (entries) => this.#added(entries),
      changed,
      reset: () => context.reset(topic),
      failed: (error: ChatError) => context.failed(error),
    });
  }

  get view(): ConversationView {
    return (this.#view ??= this.#draw());
  }

  /** Whether the page is interested. */
  get joined(): boolean {
    return this.#follow.wanted;
  }

  /** Whether echoes of what is said here come over the link in use. */
  get followed(): boolean {
    return this.#follow.isFollowedBy(this.#context.link());
  }

  join(): Promise<void> {
    this.#context.wanted();
    return this.#follow.join();
  }

  leave(): void {
    this.#follow.leave();
    this.#receipts.stop();
  }

  subscribe(listener: (view: ConversationView) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  send(content: Outgoing): Sending {
    this.#activity?.said();
    return this.sending(this.#say(content));
  }

  sendText(text: string): Sending {
    return this.send({ type: 'text', text });
  }

  upload(file: Blob, options: UploadOptions = {}): Sending {
    return this.#uploads.start(file, options);
  }

  loadBefore(): Promise<void> {
    this.#expanded = true;
    return this.#follow.loadBefore();
  }

  trim(count: number): void {
    this.#expanded = false;
    this.#follow.trim(count);
  }

  markRead(seq = this.#follow.log.last): void {
    this.#receipts.see(Math.min(seq, this.#follow.log.last));
  }

  typing(): void {
    void this.#writing((activity) => activity.type());
  }

  preview(text: string): void {
    void this.#writing((activity) => activity.draft(text));
  }

  retry(id: string): void {
    if (!this.#uploads.retry(id)) {
      this.#context.outbox.retry(id);
    }
  }

  cancel(id: string): boolean {
    return this.#uploads.cancel(id) || this.#context.outbox.cancel(id);
  }

  async recall(id: string): Promise<void> {
    return (await this.#command()).recall(id);
  }

  async edit(id: string, text: string): Promise<void> {
    return (await this.#command()).edit(id, text);
  }

  async react(id: string, emoji: string): Promise<void> {
    const mine = this.view.messages
      .find((message) => message.id === id)
      ?.reactions.some((reaction) => reaction.mine && reaction.emoji === emoji);
    return (await this.#command()).react(id, emoji, mine === true);
  }

  async rate(rating: Rating): Promise<void> {
    return (await this.#command()).rate(rating, this.view.rating.invitation);
  }

  async leaveMessage(message: LeftMessage): Promise<void> {
    const prompt = this.#follow.log
      .entries()
      .filter(({ type }) => type === 'LEAVE_MSG')
      .at(-1);
    return (await this.#command()).leaveMessage(message, prompt?.uid);
  }

  async settleOrderCard(id: number, how: 'pay' | 'cancel'): Promise<void> {
    return (await this.#command()).settleOrderCard(id, how);
  }

  async close(text?: string): Promise<void> {
    return (await this.#command()).close(text);
  }

  /** A message in the outbox, as its writer holds it. */
  sending(id: string): Sending {
    const shown = () => this.view.messages.find((message) => message.id === id);
    let last = shown();
    const done = this.#context.outbox
      .outcome(id)
      .then((entry) => shown() ?? toChatMessage(entry, this.#positions()));
    done.catch(() => undefined); // who does not look at it sees the status
    return {
      id,
      done,
      get message() {
        last = shown() ?? last;
        // It is in the view from the beginning, and stays what it was when it is trimmed away.
        return last as ChatMessage;
      },
      retry: () => this.retry(id),
      cancel: () => this.cancel(id),
    };
  }

  /** The outbox has taken over what earlier pages have left: some of it may have arrived. */
  adopted(): void {
    this.#arrivedAmong(this.#follow.log.entries());
    this.changed();
  }

  /** There is a new link. */
  linked(): void {
    this.#speeches?.forget();
    this.#receipts.linked();
    this.#follow.catchUp();
  }

  /** Another tab of this browser has read so far. */
  readElsewhere(seq: number): void {
    this.#receipts.readElsewhere(seq);
  }

  /** Something of this conversation has come, by whatever way. */
  heard(message: WireMessage): void {
    const mine = message.user?.uid === this.#context.me().id;
    if (message.seq !== undefined) {
      if (this.joined || this.#follow.log.based) {
        this.#follow.receive(message as Entry);
      }
      this.#context.outbox.arrived(message);
    } else if (message.type === 'READ' || message.type === 'DELIVERED') {
      this.#position(message, mine);
    } else if (message.type === 'QUEUE_UPDATE' || message.type === 'QUEUE') {
      this.#queue = placeIn(message);
      this.changed();
    } else if (message.type.startsWith('ROBOT_STREAM')) {
      const beyond = beyondWords();
      this.#speeches ??= beyond && new beyond.Speeches();
      this.#speeches?.heard(message, this.#context.me().id);
      this.changed();
    } else if (!mine && (message.type === 'TYPING' || message.type === 'PREVIEW')) {
      const { last } = this.#follow.log;
      // What was being written may have been said while the module came.
      void this.#writing((activity) => this.#follow.log.last > last || activity.writes(message));
    }
  }

  /** Something is to be drawn anew: at once after a quiet time, else in the next frame. */
  changed(): void {
    this.#view = null;
    if (this.#stopFlush) {
      return;
    }
    const { clock } = this.#context.runtime;
    const wait = Math.max(0, this.#flushedAt + FRAME_MS - clock.now());
    this.#stopFlush = clock.after(wait, () => {
      this.#stopFlush = null;
      this.#flushedAt = clock.now();
      const view = this.view;
      this.#context.drawn();
      this.#listeners.forEach((listener) => callSafely(() => listener(view)));
    });
  }

  /** What is done by requests is loaded when it is. */
  async #command(): Promise<Commands> {
    const { Commands } = await loadBeyondWords();
    return (this.#commands ??= new Commands(this.topic, this.#context, (entry) => this.heard(entry)));
  }

  /** Signs of writing are loaded with the first; those that do not come in time are none. */
  async #writing(happens: (activity: Activity) => void): Promise<void> {
    const module = await import('./activity.js').catch(() => null);
    if (module) {
      this.#activity ??= new module.Activity(
        this.#context.runtime.clock,
        (type, content) => this.#context.link()?.publish(this.#wire(type, content)),
        () => this.changed(),
      );
      happens(this.#activity);
    }
  }

  #say(content: Outgoing, id?: string): string {
    const { outbox } = this.#context;
    const { id: writer, role } = this.#context.me();
    // The server tells an agent whose reply has crossed with somebody else's.
    const extra = role === 'agent' && this.#follow.log.based ? { seenSeq: this.#follow.log.last } : {};
    return outbox.add({ topic: this.topic, writer, content, extra, ...(id !== undefined && { id }) }).id;
  }

  async #begun(): Promise<void> {
    const unread = await this.#context.unreadOf(this.topic).catch(() => 0);
    const others = this.#follow.log.entries().filter(({ user }) => user?.uid !== this.#context.me().id);
    const firstUnread = others.at(-unread)?.seq ?? this.#follow.log.first;
    this.#receipts.readElsewhere(unread === 0 ? this.#follow.log.last : firstUnread - 1);
    this.#receipts.received(this.#follow.log.last);
    this.#arrivedAmong(this.#follow.log.entries());
  }

  #added(entries: readonly Entry[]): void {
    this.#arrivedAmong(entries);
    const { log } = this.#follow;
    const { id: me } = this.#context.me();
    for (const entry of entries) {
      const mine = entry.user?.uid === me;
      this.#speeches?.entered(entry.uid);
      this.#activity?.rests(entry.user?.uid);
      if (entry.type === 'QUEUE') {
        this.#queue = placeIn(entry);
      }
      if (!mine && !UNSEEN.test(entry.type)) {
        this.#context.heardNew(toChatMessage(entry, this.#positions()));
      }
    }
    if (entries.some(({ user }) => user?.uid !== me)) {
      this.#receipts.received(log.last);
    }
    if (!this.#expanded) {
      log.trim(this.#context.messagesKept);
    }
  }

  #arrivedAmong(entries: readonly Entry[]): void {
    entries.forEach((entry) => this.#context.outbox.arrived(entry));
  }

  #position(message: WireMessage, mine: boolean): void {
    const seq = this.#follow.log.entries().find(({ uid }) => uid === message.content)?.seq ?? 0;
    if (mine && message.type === 'READ') {
      this.#receipts.readElsewhere(seq);
    } else if (!mine && this.#others.reached(message, seq, this.#context.me().role)) {
      this.changed();
    }
  }

  #tellPosition(type: 'READ' | 'DELIVERED', seq: number): boolean {
    const entry = this.#follow.log.at(seq);
    const link = this.#context.link();
    if (!link || !entry || !this.followed) {
      return false;
    }
    link.publish(this.#wire(type, entry.uid));
    return true;
  }

  #wire(type: string, content: string): WireMessage {
    return this.#context.compose(this.topic, type, content);
  }

  #positions(): Positions {
    return this.#others.positions(this.#context.me().id);
  }

  #draw(): ConversationView {
    const { log } = this.#follow;
    const me = this.#context.me().id;
    const entries = log.entries();
    const last = entries.at(-1)?.thread;
    const status = toStatus(last?.status);
    const read = this.#receipts.read;
    const positions = this.#positions();
    const shown = this.#projection.show(entries, positions);
    const waiting = this.#context.outbox.items(this.topic).map((item) => this.#waiting.show(item, positions));
    return {
      topic: this.topic,
      status,
      messages: [...shown, ...(this.#speeches?.shown() ?? []), ...waiting, ...this.#uploads.shown()],
      loading: this.#follow.loading,
      loadingBefore: this.#follow.loadingBefore,
      atStart: this.#follow.atStart,
      gap: log.based && log.hasGap,
      head: log.head,
      readUpTo: read,
      unread: shown.filter(({ seq, mine, recalled }) => (seq ?? 0) > read && !mine && !recalled).length,
      othersRead: positions.othersRead,
      othersDelivered: positions.othersDelivered,
      typing: this.#activity?.typing ?? NOBODY,
      preview: this.#activity?.preview ?? '',
      visitor: last?.user ? toPerson(last.user) : null,
      agent: agentOf(entries),
      queue: status === 'queuing' ? this.#queue : null,
      offer: beyondWords()?.openOffer(entries, me) ?? null,
      rating: beyondWords()?.ratingOf(entries) ?? NOT_RATED,
    };
  }
}
