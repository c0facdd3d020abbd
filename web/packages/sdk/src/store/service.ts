// What happens around a conversation, read from its entries: offers to colleagues, and ratings.

import type { Offer, RatingState } from '../types.js';
import { object, parseObject, text } from '../wire/json.js';
import { ratingIn } from '../wire/rich-content.js';
import type { Entry } from './log.js';
import { toPerson } from './project.js';

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
      state = { ...state, given: ratingIn(parseObject(extra) ?? {}) };
    }
  }
  return state;
}
