// How a conversation stands, read from its entries: status, who has it, place in the queue, offers and ratings.

import type { ConversationStatus, Offer, Person, QueuePlace, RatingState } from '../types.js';
import { number, object, parseObject, text } from '../wire/json.js';
import type { WireMessage, WireThread } from '../wire/message.js';
import type { Entry } from './log.js';
import { toPerson } from './project.js';

const STATUSES: Readonly<Record<string, ConversationStatus>> = {
  NEW: 'new',
  ROBOTING: 'robot',
  QUEUING: 'queuing',
  CHATTING: 'chatting',
  OFFLINE: 'offline',
  TIMEOUT: 'timeout',
  CLOSED: 'closed',
};

/** The status by its name on the wire. */
export function toStatus(name: unknown): ConversationStatus {
  return STATUSES[text(name)] ?? 'new';
}

/** uid of who has the conversation. */
export function ownerOf(thread: WireThread): string | null {
  const agent = typeof thread.agent === 'string' ? parseObject(thread.agent) : object(thread.agent);
  return text(agent?.['uid']) || null;
}

/** Who has the conversation, with the name under which it has spoken there. */
export function agentOf(entries: readonly Entry[]): Person | null {
  const owner = ownerOf(entries.at(-1)?.thread ?? { topic: '' });
  if (owner === null) {
    return null;
  }
  const spoken = entries.filter(({ user }) => user?.uid === owner).at(-1);
  return spoken ? toPerson(spoken.user) : { id: owner, name: '', avatar: '', role: 'agent' };
}

/** The place that a QUEUE or QUEUE_UPDATE tells. */
export function placeIn(message: WireMessage): QueuePlace {
  const data = parseObject(message.content) ?? {};
  return {
    position: number(data['position']) ?? 0,
    size: number(data['queueSize']) ?? 0,
    waitSeconds: number(data['waitSeconds']) ?? 0,
    at: message.timestamp ?? number(data['serverTimestamp']) ?? 0,
  };
}

/** The transfer or invitation that nobody has answered yet. */
export function openOffer(entries: readonly Entry[], me: string): Offer | null {
  for (const entry of [...entries].reverse()) {
    const [, name, answer] =
      /^(TRANSFER|INVITE)(_ACCEPT|_REJECT|_CANCEL|_TIMEOUT|_EXIT|_REMOVE)?$/.exec(entry.type) ?? [];
    if (name === undefined) {
      continue;
    }
    const data = parseObject(entry.content) ?? {};
    const to = text(object(data['receiver'])['uid']) || text(data['agentUid']);
    if (answer !== undefined || to === '') {
      return null; // answered, or given to a workgroup at once
    }
    return {
      kind: name === 'TRANSFER' ? 'transfer' : 'invitation',
      id: entry.uid,
      from: toPerson(entry.user),
      to,
      note: text(data['content']) || text(data['note']),
      forMe: to === me,
      at: entry.timestamp ?? 0,
    };
  }
  return null;
}

/** The rating of the current service. */
export function ratingOf(entries: readonly Entry[]): RatingState {
  let state: RatingState = { invitation: null, given: null };
  for (const { type, uid, extra } of entries) {
    if (type === 'WELCOME') {
      state = { invitation: null, given: null };
    } else if (type === 'RATE_INVITE') {
      state = { ...state, invitation: uid };
    } else if (type === 'RATE_SUBMIT') {
      const data = parseObject(extra) ?? {};
      const words = text(data['content']);
      state = {
        ...state,
        given: {
          score: number(data['score']) ?? 0,
          ...(typeof data['resolved'] === 'boolean' && { resolved: data['resolved'] }),
          ...(words && { text: words }),
        },
      };
    }
  }
  return state;
}
