// A person on STOMP who never gives up: it reconnects wherever the balancer sends it, sends again what was not confirmed,
// says how far it has read the log, and writes down what happens to it.

import { Client } from '@stomp/stompjs';
import SockJS from 'sockjs-client';
import { dotted } from 'deskwire-examples/protocol.js';
import '../stomp-peer.js';

/** Milliseconds between two tries to reconnect. */
const RECONNECT = 100;

/** How it finds out by itself that a connection is gone, in milliseconds. */
const LIVENESS = { connectionTimeout: 8_000, heartbeatIncoming: 2_000, heartbeatOutgoing: 2_000 };

/** The names of errors after which the same may be sent again. */
const AGAIN = ['busy', 'internal'];

export class StompPerson {
  /** What is to be confirmed: `uid → {message, kept, resolves}`. */
  #waiting = new Map();
  /** The entries that it has of each conversation, as its highest number. */
  #reached = new Map();
  #stopped = false;
  #receipts = 0;

  /**
   * @param {{
   *   history: import('./history.js').History, server: {url: string, ws: (path: string) => string}, name: string,
   *   person: {accessToken: string, uid: string}, path?: string, sockjs?: string[], topic?: string,
   * }} options server: a node or the balancer; sockjs: SockJS transports to use instead of a WebSocket; topic: the
   *   conversation to follow, from its beginning; without it all conversations of an agent.
   */
  constructor({ history, server, name, person, path = '/stomp', sockjs, topic }) {
    Object.assign(this, { history, server, name, person, topic, via: sockjs ? 'sockjs' : 'stomp' });
    const carrier = sockjs
      ? { webSocketFactory: () => new SockJS(`${server.url}/sockjs`, null, { transports: sockjs, timeout: 5_000 }) }
      : { brokerURL: server.ws(path) };
    this.client = new Client({
      ...carrier,
      ...LIVENESS,
      connectHeaders: { Authorization: `Bearer ${person.accessToken}`, device: name },
      reconnectDelay: RECONNECT,
      onConnect: () => this.#begin(),
      onStompError: (frame) => this.#refused(frame.headers),
    });
    this.client.activate();
  }

  /** The highest number that it has of a conversation. */
  reached(topic) {
    return this.#reached.get(topic) ?? 0;
  }

  /** How many messages are to be confirmed. */
  get waiting() {
    return this.#waiting.size;
  }

  /**
   * Sends a message until it is confirmed. Resolves with whether it was: false if it was refused for good.
   *
   * @param {{kept?: boolean}} options kept: whether it becomes an entry of the log.
   */
  send(message, { kept = true } = {}) {
    return new Promise((resolve) => {
      const item = this.#waiting.get(message.uid) ?? { message, kept, resolves: [] };
      item.resolves.push(resolve);
      this.#waiting.set(message.uid, item);
      this.#transmit(item);
    });
  }

  /** Loses its connection, and comes back. */
  reconnect() {
    this.client.forceDisconnect();
  }

  stop() {
    this.#stopped = true;
    return this.client.deactivate({ force: true });
  }

  #begin() {
    const session = this.history.newSession(this.name);
    if (this.topic) {
      const after = this.reached(this.topic);
      this.history.begun({ client: this.name, session, conversation: this.topic, after });
      this.#subscribe(session, `/topic/${dotted(this.topic)}`, { 'after-seq': String(after) });
    } else {
      this.#subscribe(session, '/user/queue/messages', {});
    }
    this.#waiting.forEach((item) => this.#transmit(item));
  }

  #subscribe(session, destination, headers) {
    this.client.subscribe(destination, (frame) => this.#receive(session, frame), { ack: 'client', ...headers });
  }

  #receive(session, frame) {
    if (this.#stopped) {
      return;
    }
    const message = JSON.parse(frame.body);
    const conversation = message.thread?.topic ?? this.topic;
    if (frame.headers.seq) {
      const seq = Number(frame.headers.seq);
      this.history.received({ client: this.name, session, conversation, seq, uid: message.uid });
      this.#reached.set(conversation, Math.max(seq, this.reached(conversation)));
    } else if (message.type === 'READ') {
      const { content: uid, user } = message;
      this.history.read({ observer: this.name, session, conversation, user: user.uid, uid });
    }
    if (this.client.connected) {
      frame.ack();
    }
  }

  #transmit(item) {
    if (!this.client.connected) {
      return;
    }
    const { message, kept } = item;
    const { topic } = message.thread;
    this.#receipts += 1;
    // Two connections may have a try each on the way: their RECEIPTs must differ.
    const receipt = `${message.uid}/${this.#receipts}`;
    if (kept) {
      this.history.sent({ client: this.name, conversation: topic, uid: message.uid, via: this.via });
    }
    this.client.watchForReceipt(receipt, () => {
      if (kept) {
        this.history.acknowledged({ client: this.name, conversation: topic, uid: message.uid, via: this.via });
      }
      this.#settle(message.uid, true);
    });
    this.client.publish({ destination: `/app/${dotted(topic)}`, body: JSON.stringify(message), headers: { receipt } });
  }

  #refused({ error, 'receipt-id': receipt }) {
    if (receipt && !AGAIN.includes(error)) {
      this.#settle(receipt.split('/')[0], false);
    }
  }

  #settle(uid, confirmed) {
    const resolves = this.#waiting.get(uid)?.resolves ?? [];
    this.#waiting.delete(uid);
    resolves.forEach((resolve) => resolve(confirmed));
  }
}
