// Robots that speak while they think: pieces grow one message, until the entry with the same uid takes its place.

import type { ChatMessage } from '../types.js';
import { number, object, parseObject, text, type JsonObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { robotContent } from '../wire/rich-content.js';
import { seenBy, toChatMessage } from './project.js';

interface Speech {
  readonly said: JsonObject;
  readonly shown: ChatMessage;
}

/** The texts that come in pieces, and where each piece says that it begins. */
const GROWING = { answer: 'answerOffset', reasonContent: 'reasonOffset' } as const;

/** What robots are saying in one conversation. */
export class Speeches {
  readonly #speeches = new Map<string, Speech>();

  /** As it is shown, behind the log. */
  shown(): ChatMessage[] {
    return [...this.#speeches.values()].map(({ shown }) => shown);
  }

  /** A ROBOT_STREAM or one of its kin has come. */
  heard(message: WireMessage, me: string): void {
    const { uid, type } = message;
    if (type === 'ROBOT_STREAM_START') {
      this.#show(message, {}, me);
    } else if (type === 'ROBOT_STREAM') {
      this.#show(message, grown(this.#speeches.get(uid)?.said ?? {}, message), me);
    } else {
      // It is an entry by now, or nothing is to be left of it.
      this.#speeches.delete(uid);
    }
  }

  /** What was said in full is an entry. */
  entered(uid: string): void {
    this.#speeches.delete(uid);
  }

  /** On a new link the server tells all that is being said from its beginning. */
  forget(): void {
    this.#speeches.clear();
  }

  #show(message: WireMessage, said: JsonObject, me: string): void {
    const drawn = toChatMessage(message, seenBy(me));
    const content = robotContent(said, text(said['content']), true);
    this.#speeches.set(message.uid, { said, shown: { ...drawn, status: 'sent', content } });
  }
}

/** `said` with one more piece; what comes twice counts once, and behind a hole nothing is added: the entry has it all. */
function grown(said: JsonObject, { content, extra }: WireMessage): JsonObject {
  const piece = parseObject(content) ?? {};
  const offsets = object((parseObject(extra) ?? {})['stream']);
  const texts = Object.entries(GROWING).map(([name, offset]) => {
    const before = text(said[name]);
    const from = number(offsets[offset]) ?? before.length;
    return [name, from > before.length ? before : before.slice(0, from) + text(piece[name])];
  });
  return { ...said, ...piece, ...(Object.fromEntries(texts) as JsonObject) };
}
