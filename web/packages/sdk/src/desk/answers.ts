// Answers of the HTTP API for the desk, as the page knows them.

import type {
  AgentProfile,
  CannedReply,
  LeftMessageRow,
  LeftMessageStatus,
  Page,
  Seat,
  SeatStatus,
} from '../types.js';
import { contentOf, plainText } from '../wire/content.js';
import { list, number, object, text, type JsonObject } from '../wire/json.js';

/** An agent. */
export function toProfile(row: JsonObject): AgentProfile {
  return {
    id: text(row['uid']),
    username: text(row['username']),
    name: text(row['nickname']) || text(row['username']),
    avatar: text(row['avatar']),
    role: text(row['role']) as AgentProfile['role'],
    seat: text(row['status']) as SeatStatus,
    organisation: text(row['orgUid']),
  };
}

/** A seat, from SEAT_STATUS or a row of the list of agents. */
export function toSeat(row: JsonObject): Seat {
  const status = text(row['status']) as SeatStatus;
  const online = row['online'] === true;
  return {
    id: text(row['agentUid']) || text(row['uid']),
    name: text(row['nickname']),
    status,
    online,
    available: row['available'] === true || (online && status === 'AVAILABLE'),
  };
}

/** A left message. */
export function toLeftMessage(row: JsonObject): LeftMessageRow {
  return {
    uid: text(row['uid']),
    status: text(row['status']).replace('LEAVE_MSG_', '') as LeftMessageStatus,
    name: text(row['nickname']),
    contact: text(row['contact']),
    text: text(row['content']),
    category: text(row['type']),
    images: list(row['images']).map(text),
    reply: text(row['reply']),
    visitor: text(row['visitorUid']),
    service: text(row['serviceUid']),
    agent: text(row['agentUid']) || null,
    topic: text(row['threadTopic']),
    createdAt: text(row['createdAt']),
    updatedAt: text(row['updatedAt']),
  };
}

/** A canned reply. */
export function toCannedReply(row: JsonObject): CannedReply {
  const content = contentOf({ type: text(row['type']), content: text(row['content']) });
  return {
    uid: text(row['uid']),
    shortcut: text(row['shortcut']),
    title: text(row['title']),
    text: content.type === 'text' ? content.text : plainText(content),
    content,
    scope: text(row['level']) as CannedReply['scope'],
    owner: text(row['ownerUid']),
  };
}

/** A page of a list. */
export function toPage<T>(page: JsonObject, row: (row: JsonObject) => T): Page<T> {
  return {
    rows: list(page['content']).map((entry) => row(object(entry))),
    page: number(page['number']) ?? 0,
    total: number(page['totalElements']) ?? 0,
    last: page['last'] !== false,
  };
}
