// What clients did and saw, in the order in which it happened to them: what the checker decides over.

/**
 * One thing that happened. `kind` is
 *
 * - `sent`: a client handed a message to a connection, for the first time or again;
 * - `acknowledged`: it was told that the message is kept, by a RECEIPT, a PUBACK or an HTTP answer, the last with its `seq`;
 * - `begun`: a reader began to receive a conversation in a new session, behind the entry `after` if it said so itself;
 * - `received`: an entry came to a reader;
 * - `read`: somebody (`observer`, in a session) was told how far `user` has read;
 * - `owned`: a look into the database found this `owner` under this `fence`;
 * - `loaded`: a look into the database found so many `open` conversations at an `agent` with this `capacity`.
 *
 * @typedef {{kind: string, at: number, client?: string, session?: string, conversation?: string, uid?: string,
 *   seq?: number, after?: number, via?: string, [more: string]: unknown}} Happening
 */

/** The record of a run. */
export class History {
  /** @type {Happening[]} */
  happenings = [];
  #sessions = 0;

  #note(kind, fields) {
    this.happenings.push({ kind, at: performance.now(), ...fields });
  }

  /** A name for a new connection of a client. */
  newSession(client) {
    this.#sessions += 1;
    return `${client}#${this.#sessions}`;
  }

  /** @param {{client: string, conversation: string, uid: string, via: string}} fields */
  sent(fields) {
    this.#note('sent', fields);
  }

  /** @param {{client: string, conversation: string, uid: string, via: string, seq?: number}} fields */
  acknowledged(fields) {
    this.#note('acknowledged', fields);
  }

  /** @param {{client: string, session: string, conversation: string, after?: number}} fields */
  begun(fields) {
    this.#note('begun', fields);
  }

  /** @param {{client: string, session: string, conversation: string, seq: number, uid: string}} fields */
  received(fields) {
    this.#note('received', fields);
  }

  /** @param {{observer: string, session: string, conversation: string, user: string, uid: string}} fields */
  read(fields) {
    this.#note('read', fields);
  }

  /** @param {{conversation: string, fence: number, owner?: string}} fields */
  owned(fields) {
    this.#note('owned', fields);
  }

  /** @param {{agent: string, open: number, capacity: number}} fields */
  loaded(fields) {
    this.#note('loaded', fields);
  }

  /** What happened of one kind, in its order. */
  of(kind) {
    return this.happenings.filter((happening) => happening.kind === kind);
  }

  /** Everything that concerns one conversation, as lines to read. */
  tell(conversation, last = 80) {
    return this.happenings
      .filter((happening) => happening.conversation === conversation)
      .slice(-last)
      .map(({ kind, at, conversation: _one, ...fields }) => `${at.toFixed(0)} ${kind} ${JSON.stringify(fields)}`)
      .join('\n');
  }
}
