// A person with nothing but HTTP requests, who asks again until it is answered, and looks for what is new.

import { call, Refused } from 'deskwire-examples/rest.js';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds before the same is asked again, and between two looks for what is new. */
const AGAIN = 100;

/** Entries that are asked for at once. */
const PAGE_SIZE = 100;

/** Milliseconds after which somebody gives up: longer than any fault lasts, with all that has to start again. */
const PATIENCE = 120_000;

/** Repeats a request until it is answered, whatever happens to the nodes meanwhile. Rejects when the answer is no. */
export async function surely(ask) {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Refused || performance.now() > deadline) {
        throw error;
      }
      await pause(AGAIN);
    }
  }
}

/** Sends a message over HTTP until it is answered, and notes the answer. Resolves with whether it was taken. */
export async function sendSurely({ history, server, name, person, path, via = 'http' }, message, { kept = true } = {}) {
  const conversation = message.thread.topic;
  const { uid } = message;
  const body = { json: JSON.stringify(message) };
  try {
    const answer = await surely(() => {
      if (kept) {
        history.sent({ client: name, conversation, uid, via });
      }
      return call(server.url, path, { token: person.accessToken, body });
    });
    if (kept) {
      history.acknowledged({ client: name, conversation, uid, via, seq: JSON.parse(answer).seq });
    }
    return true;
  } catch (error) {
    if (error instanceof Refused) {
      return false;
    }
    throw error;
  }
}

/** A visitor. */
export class HttpVisitor {
  via = 'http';
  #reached = 0;
  #stopped = false;
  #looking;

  /**
   * @param {{
   *   history: import('./history.js').History, server: {url: string}, name: string, person: object, topic: string,
   * }} options
   */
  constructor(options) {
    Object.assign(this, { ...options, path: '/visitor/api/v1/message/send' });
    this.#looking = this.#look();
  }

  reached() {
    return this.#reached;
  }

  send(message, options) {
    return sendSurely(this, message, options);
  }

  /** Nothing: each request may be a connection of its own. */
  reconnect() {}

  async stop() {
    this.#stopped = true;
    await this.#looking;
  }

  async #look() {
    const session = this.history.newSession(this.name);
    this.history.begun({ client: this.name, session, conversation: this.topic, after: 0 });
    while (!this.#stopped) {
      const page = await this.#news().catch(() => undefined);
      if (!page) {
        await pause(AGAIN);
        continue;
      }
      for (const { seq, uid } of page.content) {
        this.history.received({ client: this.name, session, conversation: this.topic, seq, uid });
        this.#reached = seq;
      }
      if (page.last) {
        await pause(AGAIN);
      }
    }
  }

  #news() {
    return call(this.server.url, '/visitor/api/v1/message/thread/topic', {
      token: this.person.accessToken,
      query: { topic: this.topic, uid: this.person.uid, after: this.#reached, pageSize: PAGE_SIZE },
    });
  }
}
