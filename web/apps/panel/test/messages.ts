// Messages for tests.

import type { ChatMessage, Content, Person } from '@deskwire/sdk';

export const ann: Person = { id: 'ann', name: 'Ann', avatar: '', role: 'agent' };
export const visitor: Person = { id: 'v', name: 'Mei', avatar: '', role: 'visitor' };

/** Noon of a day in the time zone of the test. */
export const noon = new Date(2026, 10, 21, 12).getTime();

/** A message of Ann with this `seq`, one minute after the one before. */
export function message(seq: number, change: Partial<ChatMessage> = {}): ChatMessage {
  return {
    id: `m${seq}`,
    topic: 'org/workgroup/w/v',
    seq,
    sender: change.mine ? visitor : ann,
    mine: false,
    at: noon + seq * 60_000,
    content: { type: 'text', text: `text ${seq}` },
    status: 'sent',
    recalled: false,
    edited: false,
    reactions: [],
    ...change,
  };
}

/** What the desk tells. */
export const told = (event: string, text: string): Content => ({ type: 'event', event, text, data: {} });
