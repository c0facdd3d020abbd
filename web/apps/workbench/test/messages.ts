// Messages and rows for tests.

import type { ChatMessage, DeskThread, Person } from '@deskwire/sdk';

export const visitor: Person = { id: 'v1', name: 'Vera', avatar: '', role: 'visitor' };
export const agent: Person = { id: 'a1', name: 'Ann', avatar: '', role: 'agent' };

let number = 0;

/** A text of the visitor, unless `change` says otherwise. */
export function message(change: Partial<ChatMessage> = {}): ChatMessage {
  number += 1;
  return {
    id: `m${number}`,
    topic: 'org/workgroup/g/v1',
    seq: number,
    sender: visitor,
    mine: false,
    at: 1_700_000_000_000 + number * 1000,
    content: { type: 'text', text: `text ${number}` },
    status: 'sent',
    recalled: false,
    edited: false,
    reactions: [],
    ...change,
  };
}

/** A row of the inbox. */
export function thread(topic: string, change: Partial<DeskThread> = {}): DeskThread {
  return {
    topic,
    uid: topic,
    status: 'chatting',
    visitor,
    owner: 'a1',
    lastText: '',
    lastAt: 0,
    lastSender: null,
    lastSeq: 0,
    unread: 0,
    createdAt: 0,
    waitingSince: null,
    typing: false,
    preview: '',
    offer: null,
    lastMine: false,
    ...change,
  };
}
