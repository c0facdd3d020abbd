// What all stock STOMP clients are used for here: they write down everything they receive and wait for RECEIPTs.

import { dotted } from 'deskwire-examples/protocol.js';
import { soon, until } from './waiting.js';

/** One subscription and what came on it, in order: `{frame, message, seq}`. */
export class Feed {
  received = [];

  constructor(destination, subscription) {
    this.destination = destination;
    this.subscription = subscription;
  }

  get messages() {
    return this.received.map(({ message }) => message);
  }

  /** The seqs of the messages that have one. */
  get seqs() {
    return this.received.map(({ seq }) => seq).filter(Number.isInteger);
  }

  /** Waits for the first item that `matches(message, item)`. */
  item(what, matches) {
    return until(`${what} on ${this.destination}`, () => this.received.find((item) => matches(item.message, item)));
  }

  /** Waits for the message `uid`. */
  async message(uid) {
    return (await this.item(`message ${uid}`, (message) => message?.uid === uid)).message;
  }
}

/**
 * A connection over a library. `errors` are the messages of the ERROR frames it got; `broken` rejects with the reason when
 * it ends. A library's class says how to `write(destination, headers, body)` and to call back `onReceipt(id, callback)`.
 */
export class StockPeer {
  errors = [];
  #receipts = 0;

  /**
   * Subscribes and waits for the RECEIPT. Rejects with the server's reason when it is refused.
   *
   * @param {string} destination
   * @param {{ack?: string, headers?: Record<string, string>, acknowledge?: boolean, json?: boolean}} options
   *   acknowledge: whether each message is acknowledged on arrival; json: whether bodies are messages.
   */
  async subscribe(destination, { ack = 'auto', headers = {}, acknowledge = ack !== 'auto', json = true } = {}) {
    const feed = new Feed(destination);
    const receipt = this.#receipt();
    feed.subscription = this.client.subscribe(
      destination,
      (frame) => {
        const seq = frame.headers.seq === undefined ? undefined : Number(frame.headers.seq);
        feed.received.push({ frame, message: json ? JSON.parse(frame.body) : undefined, seq });
        if (acknowledge) {
          frame.ack();
        }
      },
      { ack, receipt: receipt.id, ...headers },
    );
    await receipt.arrived;
    return feed;
  }

  /** Subscribes to a conversation. */
  follow(topic, options) {
    return this.subscribe(`/topic/${dotted(topic)}`, options);
  }

  /** Sends a body and waits for the RECEIPT. Rejects with the server's reason when it is refused. */
  async publish(destination, body, headers = {}) {
    const receipt = this.#receipt();
    this.write(destination, { ...headers, receipt: receipt.id }, body);
    await receipt.arrived;
  }

  /** Sends a message into a conversation and waits for the RECEIPT. */
  send(topic, message) {
    return this.publish(`/app/${dotted(topic)}`, JSON.stringify(message));
  }

  #receipt() {
    this.#receipts += 1;
    const id = `receipt-${this.#receipts}`;
    const arrived = new Promise((resolve) => this.onReceipt(id, resolve));
    return { id, arrived: soon(`RECEIPT ${id}`, Promise.race([arrived, this.broken])) };
  }
}
