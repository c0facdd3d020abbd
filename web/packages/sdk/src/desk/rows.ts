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

interface Row {
  shown: DeskThread;
  /** When the server's list was made, by the time of the last entry in it. */
  listedAt: string;
  listedContent: string;
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
    before?.stopTyping?.();
    this.#rows.set(summary.topic, {
      shown: {
        waitingSince: summary.unread > 0 ? summary.lastAt : null,
        typing: false,
        preview: '',
        offer: null,
        lastMine: false,
        ...before?.shown,
        ...summary,
        lastAt: Math.max(summary.lastAt, before?.shown.lastAt ?? 0),
      },
      listedAt: text(listed['updatedAt']),
      listedContent: text(listed['content']),
      seq: before?.seq ?? 0,
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
      this.#entry(row, message as Entry & { createdAt?: string });
    } else if (message.type === 'READ' && message.user?.uid === this.#host.me()) {
      this.#read(row, message.content ?? '');
    } else if (message.type === 'TYPING' || message.type === 'PREVIEW') {
      this.#writes(row, message);
    }
  }

  #entry(row: Row, entry: Entry & { readonly createdAt?: string }): void {
    const createdAt = entry.createdAt ?? '';
    if (entry.seq <= row.seq || createdAt < row.listedAt) {
      return; // the list has counted it
    }
    if (createdAt === row.listedAt && entry.content !== row.listedContent) {
      this.#host.ask(row.shown.topic); // within one second: who knows whether it has
    }
    row.seq = entry.seq;
    const mine = entry.user?.uid === this.#host.me();
    const counted = createdAt === row.listedAt;
    if (!mine && !counted) {
      row.unread.push(entry.uid);
    }
    const sender = toPerson(entry.user);
    const at = entry.timestamp ?? row.shown.lastAt;
    const seen = !UNSEEN.test(entry.type);
    const line = plainText(contentOf(entry));
    const waiting = sender.role === 'visitor' ? (row.shown.waitingSince ?? at) : row.shown.waitingSince;
    this.#show(row, {
      status: toStatus(entry.thread.status),
      owner: ownerOf(entry.thread),
      ...(seen && { lastText: line, lastAt: at, lastMine: mine }),
      waitingSince: sender.role === 'agent' && seen ? null : waiting,
      ...(/^(TRANSFER|INVITE)/.test(entry.type) && { offer: openOffer([entry], this.#host.me()) }),
      typing: false,
      preview: '',
    });
    if (toStatus(entry.thread.status) === 'closed') {
      this.remove(row.shown.topic);
    }
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
