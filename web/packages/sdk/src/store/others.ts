// How far the others in a conversation are: what ticks are drawn from.

import type { WireMessage } from '../wire/message.js';
import type { Positions } from './project.js';

/** The farthest of them. */
export class Others {
  #read = 0;
  #delivered = 0;

  positions(me: string): Positions {
    return { me, othersRead: this.#read, othersDelivered: this.#delivered };
  }

  /** Somebody tells with `message` that it has got to `seq`. Visitors look at everybody, those at the desk at the visitor. */
  reached({ type, user, thread }: WireMessage, seq: number, role: 'visitor' | 'agent'): boolean {
    const counts = role === 'visitor' || thread.user === undefined || user?.uid === thread.user.uid;
    if (!counts || seq === 0) {
      return false;
    }
    this.#read = type === 'READ' ? Math.max(this.#read, seq) : this.#read;
    this.#delivered = Math.max(this.#delivered, seq);
    return true;
  }
}
