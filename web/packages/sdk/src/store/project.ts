// What the page shows of the entries of a log: those that change others are folded into what they change.

import type { ChatMessage, MessageStatus, Person, Reaction, Role } from '../types.js';
import { fromWire, UNSEEN } from '../wire/content.js';
import { list, object, parseObject, text } from '../wire/json.js';
import type { WireMessage, WireUser } from '../wire/message.js';
import type { Entry } from './log.js';

/** How far others are, and who we are: what the status of a message depends on. */
export interface Positions {
  readonly me: string;
  readonly othersRead: number;
  readonly othersDelivered: number;
}

/** What later entries have done to an earlier one. */
interface Effects {
  recalled?: true;
  edited?: string;
  cardStatus?: string;
  readonly reactions: Map<string, Set<string>>;
}

const CHANGING = /^(ORDER_CARD|RECALL$|EDIT$|REACTION$)/;

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

/** One message as it is by itself. */
export function toChatMessage(message: WireMessage, positions: Positions, effects?: Effects): ChatMessage {
  const extra = parseObject(message.extra) ?? {};
  const recalled = effects?.recalled === true || message.status === 'RECALL';
  const sender = toPerson(message.user);
  const at = message.timestamp ?? 0;
  const seq = message.seq ?? null;
  const mine = sender.id === positions.me;
  return {
    id: message.uid,
    topic: message.thread.topic,
    seq,
    sender,
    mine,
    at,
    content: recalled ? { type: 'text', text: '' } : settled(message, extra, at, effects),
    status: statusOf(seq, mine, positions),
    recalled,
    edited: effects?.edited !== undefined || extra['edited'] !== undefined,
    reactions: reactionsOf(effects, positions.me),
  };
}

/** The messages of a log that are shown, in their order. Those that have not changed are the same objects as before. */
export class Projection {
  #cache = new Map<string, { key: string; entry: Entry; shown: ChatMessage }>();

  show(entries: readonly Entry[], positions: Positions): ChatMessage[] {
    const effects = fold(entries);
    const kept = new Map<string, { key: string; entry: Entry; shown: ChatMessage }>();
    const shown = entries
      .filter((entry) => !UNSEEN.has(entry.type))
      .map((entry) => {
        const effect = effects.get(entry.uid);
        const mine = entry.user?.uid === positions.me;
        const key = statusOf(entry.seq, mine, positions) + describe(effect);
        const before = this.#cache.get(entry.uid);
        const message =
          before?.key === key && before.entry === entry
            ? before.shown
            : toChatMessage(entry, positions, effect);
        kept.set(entry.uid, { key, entry, shown: message });
        return message;
      });
    this.#cache = kept;
    return shown;
  }
}

function fold(entries: readonly Entry[]): Map<string, Effects> {
  const all = new Map<string, Effects>();
  const on = (uid: string): Effects => {
    const effects = all.get(uid) ?? { reactions: new Map<string, Set<string>>() };
    all.set(uid, effects);
    return effects;
  };
  const cards = new Map<string, string>();
  // Most entries change nothing: their JSON need not be read.
  const changing = entries.filter(
    ({ type, extra }) => CHANGING.test(type) || extra?.includes('"reactions"') === true,
  );
  for (const { uid, type, content = '', user, extra } of changing) {
    const data = parseObject(content) ?? {};
    const more = parseObject(extra) ?? {};
    for (const told of list(more['reactions']).map(object)) {
      list(told['users']).forEach((by) => react(on(uid), text(told['emoji']), text(by), true));
    }
    if (type === 'ORDER_CARD') {
      cards.set(text(data['orderCardId']), uid);
    } else if (type === 'RECALL') {
      on(text(data['uid']) || content).recalled = true;
    } else if (type === 'EDIT') {
      on(text(more['editedUid']) || text(data['uid'])).edited = text(data['content']) || content;
    } else if (type === 'REACTION') {
      const reaction = object(more['reaction'] ?? data);
      react(on(text(reaction['uid'])), text(reaction['emoji']), user?.uid ?? '', reaction['remove'] !== true);
    } else if (type.startsWith('ORDER_CARD_')) {
      const card = cards.get(text(data['orderCardId']));
      if (card !== undefined) {
        on(card).cardStatus = text(data['status']);
      }
    }
  }
  return all;
}

function react({ reactions }: Effects, emoji: string, by: string, set: boolean): void {
  const who = reactions.get(emoji) ?? new Set();
  reactions.set(emoji, who);
  if (set) {
    who.add(by);
  } else {
    who.delete(by);
  }
}

function describe(effects: Effects | undefined): string {
  if (!effects) {
    return '';
  }
  const { recalled, edited, cardStatus, reactions } = effects;
  return JSON.stringify([recalled, edited, cardStatus, [...reactions].map(([emoji, by]) => [emoji, ...by])]);
}

function reactionsOf(effects: Effects | undefined, me: string): Reaction[] {
  return [...(effects?.reactions ?? [])]
    .filter(([, by]) => by.size > 0)
    .map(([emoji, by]) => ({ emoji, by: [...by], mine: by.has(me) }));
}

function settled(
  message: WireMessage,
  extra: Readonly<Record<string, unknown>>,
  at: number,
  effects: Effects | undefined,
): ChatMessage['content'] {
  const content = fromWire(message.type, effects?.edited ?? message.content ?? '', extra);
  if (content.type !== 'order-card') {
    return content;
  }
  // The server counts from the second in which the card was offered.
  const seconds = content.countdownSeconds;
  const expiresAt = seconds === undefined || at === 0 ? null : (Math.floor(at / 1000) + seconds) * 1000;
  const status = object({ paid: 1, cancelled: 1, expired: 1 })[effects?.cardStatus ?? '']
    ? effects?.cardStatus
    : undefined;
  return { ...content, expiresAt, ...(status && { status: status as typeof content.status }) };
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
