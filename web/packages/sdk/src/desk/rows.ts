// The inbox of an agent: rows that follow what is said, without asking the server again.

import { openOffer } from '../store/service.js';
import { ownerOf, toStatus } from '../store/standing.js';
import { toPerson } from '../store/project.js';
import { toSummary } from '../store/summary.js';
import type { Clock, DeskThread } from '../types.js';
import { contentOf, plainText, UNSEEN } from '../wire/content.js';
import { parseObject, text, type JsonObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import type { Entry } from '../store/log.js';

/** How long a sign of writing is shown. */
const TYPING_MS = 6_000;

/** What changes another message is not unread itself. */
const CHANGES: ReadonlySet<string> = new Set(['EDIT', 'REACTION']);

/** Content that tells how the conversation is served: it neither asks for an answer nor is one. */
const TOLD: ReadonlySet<string> = new Set([
  'event',
  'welcome',
  'queue',
  'rating',
  'rate-invite',
  'left-message',
]);

interface Row {
  shown: DeskThread;
  /** Place of the last entry that is shown or counted. */
  seq: number;
  /** Unread entries since then, oldest first. */
  unread: string[];
  unreadBefore: number;
  stopTyping: (() => void) | null;
}

/** What rows cannot find out by themselves. */
export interface RowsHost {
  readonly clock: Clock;
  me(): string;
  changed(): void;
  /** The row has to be asked for: it is new, or what has come does not fit. */
  ask(topic: string): void;
}

/** The rows of the inbox. */
export class Rows {
  readonly #host: RowsHost;
  readonly #rows = new Map<string, Row>();
  #sorted: readonly DeskThread[] | null = null;

  constructor(host: RowsHost) {
    this.#host = host;
  }

  /** The newest entry first. */
  get sorted(): readonly DeskThread[] {
    return (this.#sorted ??= [...this.#rows.values()]
      .map(({ shown }) => shown)
      .sort((one, other) => other.lastAt - one.lastAt));
  }

  /** The whole list, as the server has it. */
  listed(list: readonly JsonObject[]): void {
    const topics = new Set(list.map((row) => text(row['topic'])));
    [...this.#rows.keys()].filter((topic) => !topics.has(topic)).forEach((topic) => this.#rows.delete(topic));
    list.forEach((row) => this.put(row));
    this.#changed();
  }

  /** One row, as the server has it. */
  put(listed: JsonObject): void {
    const summary = toSummary(listed);
    const before = this.#rows.get(summary.topic);
    if (before && summary.lastSeq < before.shown.lastSeq) {
      this.#host.ask(summary.topic); // something was said while we were answered
      return;
    }
    before?.stopTyping?.();
    this.#rows.set(summary.topic, {
      shown: {
        typing: false,
        preview: '',
        offer: null,
        ...before?.shown,
        ...summary,
        lastMine: summary.lastSender === this.#host.me(),
      },
      seq: Math.max(summary.lastSeq, before?.seq ?? 0),
      unread: [],
      unreadBefore: summary.unread,
      stopTyping: null,
    });
    this.#changed();
  }

  remove(topic: string): void {
    this.#rows.get(topic)?.stopTyping?.();
    if (this.#rows.delete(topic)) {
      this.#changed();
    }
  }

  /** Something was said somewhere. */
  heard(message: WireMessage): void {
    const { topic } = message.thread;
    const row = this.#rows.get(topic);
    if (topic.endsWith('_internal')) {
      return;
    }
    if (!row) {
      if (message.seq !== undefined && toStatus(message.thread.status) !== 'closed') {
        this.#host.ask(topic);
      }
    } else if (message.seq !== undefined) {
      this.#entry(row, message as Entry);
    } else if (message.type === 'READ' && message.user?.uid === this.#host.me()) {
      this.#read(row, message.content ?? '');
    } else if (message.type === 'TYPING' || message.type === 'PREVIEW') {
      this.#writes(row, message);
    }
  }

  #entry(row: Row, entry: Entry): void {
    if (entry.seq <= row.seq) {
      return; // the list has counted it
    }
    row.seq = entry.seq;
    const mine = entry.user?.uid === this.#host.me();
    if (!mine && !CHANGES.has(entry.type)) {
      row.unread.push(entry.uid);
    }
    const sender = toPerson(entry.user);
    const at = entry.timestamp ?? row.shown.lastAt;
    const seen = !UNSEEN.test(entry.type);
    const content = contentOf(entry);
    const said = seen && !TOLD.has(content.type);
    const { waitingSince, topic } = row.shown;
    const [status, owner] = [toStatus(entry.thread.status), ownerOf(entry.thread)];
    const wasOurs = row.shown.owner === this.#host.me();
    if (
      status === 'closed' ||
      (wasOurs && (status === 'queuing' || (owner !== null && owner !== this.#host.me())))
    ) {
      this.remove(topic); // it is over, or somebody else's now
      return;
    }
    this.#show(row, {
      status,
      owner,
      ...(seen && {
        lastText: plainText(content),
        lastAt: at,
        lastMine: mine,
        lastSender: sender.id,
        lastSeq: entry.seq,
      }),
      ...(said && sender.role === 'visitor' && { waitingSince: waitingSince ?? at }),
      ...(said && sender.role === 'agent' && { waitingSince: null }),
      ...(/^(TRANSFER|INVITE)/.test(entry.type) && { offer: openOffer([entry], this.#host.me()) }),
      typing: false,
      preview: '',
    });
  }

  #read(row: Row, uid: string): void {
    const position = row.unread.indexOf(uid);
    if (position >= 0) {
      row.unread.splice(0, position + 1);
      row.unreadBefore = 0;
      this.#show(row, {});
    } else if (row.unreadBefore + row.unread.length > 0) {
      this.#host.ask(row.shown.topic);
    }
  }

  #writes(row: Row, { type, content, user }: WireMessage): void {
    if (user?.uid === this.#host.me()) {
      return;
    }
    const draft = parseObject(content) ?? {};
    row.stopTyping?.();
    row.stopTyping = this.#host.clock.after(TYPING_MS, () => this.#show(row, { typing: false, preview: '' }));
    const preview = type === 'PREVIEW' && draft['clear'] !== true ? text(draft['content']) : '';
    this.#show(row, { typing: type === 'TYPING' || preview !== '', preview });
  }

  #show(row: Row, change: Partial<DeskThread>): void {
    row.shown = { ...row.shown, ...change, unread: row.unreadBefore + row.unread.length };
    this.#changed();
  }

  #changed(): void {
    this.#sorted = null;
    this.#host.changed();
  }
}
