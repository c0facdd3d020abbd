// What is said in all conversations of a user, by asking which of them have grown.

import { asChatError } from '../errors/from-server.js';
import type { LinkRequest } from '../types.js';
import { number, object, text } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { history, LISTED, listRows } from './http-api.js';

/** The conversations of the list, for a link that is not pushed to. */
export class PollingInbox {
  readonly #request: LinkRequest;
  readonly #tell: (message: WireMessage) => void;
  /** Position in each conversation of the list; null before it was asked for. What was said before that is no news. */
  #known: Map<string, number> | null = null;

  /** `tell` is called with each message. */
  constructor(request: LinkRequest, tell: (message: WireMessage) => void) {
    this.#request = request;
    this.#tell = tell;
  }

  /** Asks once; `isFollowed` says which conversations are asked for by somebody else. */
  async ask(isFollowed: (topic: string) => boolean): Promise<void> {
    const { http, role, user } = this.#request;
    const rows = await listRows(http, { id: user, role });
    const heads = new Map(
      rows.map((row) => [text(row['topic']), number(object(row['lastMessage'])['seq']) ?? 0]),
    );
    const known = (this.#known ??= new Map(heads));
    for (const [topic, head] of heads) {
      // Of a conversation that is new here the last message says enough: its row is asked for.
      const position = known.get(topic) ?? Math.max(0, head - 1);
      known.set(topic, isFollowed(topic) ? head : position);
      if (position < head && !isFollowed(topic)) {
        await this.#fetch(known, topic, position);
      }
    }
    // It has left the list: why, its last entries say. Behind a full page it may only have moved back.
    const left = rows.length < LISTED ? [...known].filter(([topic]) => !heads.has(topic)) : [];
    for (const [topic, position] of left) {
      await this.#fetch(known, topic, position);
      known.delete(topic);
    }
  }

  async #fetch(known: Map<string, number>, topic: string, position: number): Promise<void> {
    const { http, role } = this.#request;
    for (let after = position, more = true; more;) {
      const page = await history(http, role, topic, { after }).catch((thrown: unknown) => {
        const error = asChatError(thrown);
        if (error.retryable || error.code.startsWith('AUTH_')) {
          throw error;
        }
        return { content: [], last: true }; // it is somebody else's now
      });
      page.content.forEach(this.#tell);
      after = page.content.at(-1)?.seq ?? after;
      known.set(topic, after);
      more = !page.last && page.content.length > 0;
    }
  }
}
