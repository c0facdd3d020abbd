// A stock STOMP client (@stomp/stompjs) that writes down everything it receives.

import { Client } from '@stomp/stompjs';
import { dotted } from 'deskwire-examples/protocol.js';
import WebSocket from 'ws';
import { soon, until } from './waiting.js';

// The library expects the browser's WebSocket under its global name.
globalThis.WebSocket ??= WebSocket;

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

/** A connection. `errors` are the messages of the ERROR frames it got. */
export class StompPeer {
  errors = [];
  #receipts = 0;
  #broken;

  /**
   * Connects. Rejects with the server's reason when the CONNECT is refused.
   *
   * @param {{path?: string, headers?: Record<string, string>, client?: import('@stomp/stompjs').StompConfig}} options
   *   endpoint; headers of CONNECT; further configuration of the client.
   */
  static async connect(server, { path = '/stomp', headers = {}, client = {} } = {}) {
    const peer = new StompPeer();
    let refused;
    peer.#broken = new Promise((_resolve, reject) => {
      refused = reject;
    });
    peer.#broken.catch(() => {});
    peer.client = new Client({ brokerURL: server.ws(path), connectHeaders: headers, reconnectDelay: 0, ...client });
    /** Resolves with the CloseEvent of the WebSocket. */
    peer.closed = new Promise((resolve) => {
      peer.client.onWebSocketClose = (event) => {
        refused(new Error(peer.errors[0] ?? `closed with ${event.code}`));
        resolve(event);
      };
    });
    peer.client.onStompError = (frame) => peer.errors.push(frame.headers.message);
    const connected = new Promise((resolve) => {
      peer.client.onConnect = resolve;
    });
    peer.client.activate();
    peer.connectedFrame = await soon('CONNECTED', Promise.race([connected, peer.#broken]));
    return peer;
  }

  /** A visitor as in the visitor documentation: the uid as login. */
  static asVisitor(server, visitor, { device, ...options } = {}) {
    return StompPeer.connect(server, { ...options, headers: { login: visitor.uid, ...(device && { device }) } });
  }

  /** Whoever has an access token. */
  static withToken(server, { accessToken }, { device, ...options } = {}) {
    const headers = { Authorization: `Bearer ${accessToken}`, ...(device && { device }) };
    return StompPeer.connect(server, { ...options, headers });
  }

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
    this.client.publish({ destination, body, headers: { ...headers, receipt: receipt.id } });
    await receipt.arrived;
  }

  /** Sends a message into a conversation and waits for the RECEIPT. */
  send(topic, message) {
    return this.publish(`/app/${dotted(topic)}`, JSON.stringify(message));
  }

  /** Waits until the server has refused something and closed the connection; returns the reason. */
  async refusal() {
    await soon('the server closes the connection', this.closed);
    return this.errors[0];
  }

  /** Says goodbye and closes. */
  disconnect() {
    return this.client.deactivate();
  }

  /** Cuts the connection as a broken network does; where the socket cannot be cut it is closed without DISCONNECT. */
  async cut() {
    const { webSocket } = this.client;
    webSocket?.terminate ? webSocket.terminate() : webSocket?.close();
    await soon('the socket is closed', this.closed);
  }

  #receipt() {
    this.#receipts += 1;
    const id = `receipt-${this.#receipts}`;
    const arrived = new Promise((resolve) => this.client.watchForReceipt(id, resolve));
    return { id, arrived: soon(`RECEIPT ${id}`, Promise.race([arrived, this.#broken])) };
  }
}
