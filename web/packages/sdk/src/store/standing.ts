// How a conversation stands, read from its entries: status, who has it, place in the queue.

import type { ConversationStatus, Person, QueuePlace } from '../types.js';
import { placeOf } from '../wire/content.js';
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
  return { ...placeOf(data), at: message.timestamp ?? number(data['serverTimestamp']) ?? 0 };
}
