// What later entries have done to earlier ones: recalls, edits, reactions, and the end of an order card.

import type { Reaction } from '../types.js';
import { list, object, parseObject, text } from '../wire/json.js';
import type { Entry } from './log.js';

/** What has become of one message. */
export interface Change {
  readonly recalled: boolean;
  /** The new text. */
  readonly edited?: string;
  readonly cardStatus?: string;
  readonly reactions: readonly Reaction[];
}

interface Folding {
  recalled: boolean;
  edited?: string;
  cardStatus?: string;
  /** Who has answered with which sign. */
  readonly signs: Map<string, Set<string>>;
}

const CHANGING = /^(ORDER_CARD|RECALL$|EDIT$|REACTION$)/;

/** The changes in a log, by the uid of what is changed. `me` is who looks at it. */
export function changesIn(entries: readonly Entry[], me: string): Map<string, Change> {
  const all = new Map<string, Folding>();
  const cards = new Map<string, string>();
  const on = (uid: string): Folding => {
    const folding = all.get(uid) ?? { recalled: false, signs: new Map<string, Set<string>>() };
    all.set(uid, folding);
    return folding;
  };
  for (const { uid, type, content = '', user, extra } of entries.filter(changes)) {
    const data = parseObject(content) ?? {};
    const more = parseObject(extra) ?? {};
    for (const told of list(more['reactions']).map(object)) {
      list(told['users']).forEach((by) => sign(on(uid), text(told['emoji']), text(by), true));
    }
    if (type === 'ORDER_CARD') {
      cards.set(text(data['orderCardId']), uid);
    } else if (type === 'RECALL') {
      on(text(data['uid']) || content).recalled = true;
    } else if (type === 'EDIT') {
      on(text(more['editedUid']) || text(data['uid'])).edited = text(data['content']) || content;
    } else if (type === 'REACTION') {
      const told = object(more['reaction'] ?? data);
      sign(on(text(told['uid'])), text(told['emoji']), user?.uid ?? '', told['remove'] !== true);
    } else {
      const card = cards.get(text(data['orderCardId']));
      if (card !== undefined) {
        on(card).cardStatus = text(data['status']);
      }
    }
  }
  return new Map([...all].map(([uid, folding]) => [uid, toChange(folding, me)]));
}

/** Most entries change nothing: their JSON need not be read. */
function changes({ type, extra }: Entry): boolean {
  return CHANGING.test(type) || extra?.includes('"reactions"') === true;
}

function sign({ signs }: Folding, emoji: string, by: string, set: boolean): void {
  const who = signs.get(emoji) ?? new Set();
  signs.set(emoji, who);
  if (set) {
    who.add(by);
  } else {
    who.delete(by);
  }
}

function toChange({ signs, ...change }: Folding, me: string): Change {
  const reactions = [...signs]
    .filter(([, by]) => by.size > 0)
    .map(([emoji, by]) => ({ emoji, by: [...by], mine: by.has(me) }));
  return { ...change, reactions };
}
