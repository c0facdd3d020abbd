// What the page shows of the entries of a log.

import type { ChatMessage, MessageStatus, Person, Role } from '../types.js';
import { contentOf, UNSEEN } from '../wire/content.js';
import { parseObject } from '../wire/json.js';
import type { WireMessage, WireUser } from '../wire/message.js';
import type { Change } from './changes.js';
import { beyondWords } from './loading.js';
import type { Entry } from './log.js';

/** How far others are, and who we are: what the status of a message depends on. */
export interface Positions {
  readonly me: string;
  readonly othersRead: number;
  readonly othersDelivered: number;
}

/** For messages of whose readers nothing is known. */
export const seenBy = (me: string): Positions => ({ me, othersRead: 0, othersDelivered: 0 });

const ROLES: Readonly<Record<string, Role>> = { VISITOR: 'visitor', AGENT: 'agent', ROBOT: 'robot' };

/** Somebody on the wire, as the page knows people. */
export function toPerson(user: WireUser | undefined): Person {
  return {
    id: user?.uid ?? '',
    name: user?.nickname ?? '',
    avatar: user?.avatar ?? '',
    role: ROLES[user?.type ?? ''] ?? 'system',
  };
}

/** One message, with what has become of it. */
export function toChatMessage(message: WireMessage, positions: Positions, change?: Change): ChatMessage {
  const recalled = change?.recalled === true || message.status === 'RECALL';
  const sender = toPerson(message.user);
  const seq = message.seq ?? null;
  const mine = sender.id === positions.me;
  return {
    id: message.uid,
    topic: message.thread.topic,
    seq,
    sender,
    mine,
    at: message.timestamp ?? 0,
    content: recalled ? { type: 'text', text: '' } : contentOf(message, change),
    status: statusOf(seq, mine, positions),
    recalled,
    edited: change?.edited !== undefined || parseObject(message.extra)?.['edited'] !== undefined,
    reactions: change?.reactions ?? [],
  };
}

/** The messages of a log that are shown, in their order. Those that have not changed are the same objects as before. */
export class Projection {
  #cache = new Map<string, { key: string; entry: Entry; shown: ChatMessage }>();

  show(entries: readonly Entry[], positions: Positions): ChatMessage[] {
    const changes = beyondWords()?.changesIn(entries, positions.me);
    const before = this.#cache;
    this.#cache = new Map();
    return entries
      .filter(({ type }) => !UNSEEN.test(type))
      .map((entry) => {
        const { uid, seq, user } = entry;
        const change = changes?.get(uid);
        const key = statusOf(seq, user?.uid === positions.me, positions) + JSON.stringify(change ?? '');
        const known = before.get(uid);
        const shown =
          known?.key === key && known.entry === entry ? known.shown : toChatMessage(entry, positions, change);
        this.#cache.set(uid, { key, entry, shown });
        return shown;
      });
  }
}

function statusOf(seq: number | null, mine: boolean, positions: Positions): MessageStatus {
  if (seq === null) {
    return 'queued';
  }
  if (mine && seq <= positions.othersRead) {
    return 'read';
  }
  return mine && seq <= positions.othersDelivered ? 'delivered' : 'sent';
}
