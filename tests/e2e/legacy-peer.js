// The older stock clients, `stompjs` 2.3.3 and `webstomp-client`, with the face of `StompPeer`.

import SockJS from 'sockjs-client';
import Stomp from 'stompjs';
import webstomp from 'webstomp-client';
import WebSocket from 'ws';
import { StockPeer } from './stock-peer.js';
import { soon } from './waiting.js';

/** What the two libraries do differently. */
const LIBRARIES = {
  stompjs: {
    protocols: ['v10.stomp', 'v11.stomp'],
    over: (socket) => {
      const client = Stomp.over(socket);
      client.debug = null;
      return client;
    },
    send: (client, destination, headers, body) => client.send(destination, headers, body),
  },
  'webstomp-client': {
    protocols: ['v10.stomp', 'v11.stomp', 'v12.stomp'],
    over: (socket) => webstomp.over(socket, { debug: false }),
    send: (client, destination, headers, body) => client.send(destination, body, headers),
  },
};

/** The names of the libraries. */
export const LEGACY_LIBRARIES = Object.keys(LIBRARIES);

/** A connection. */
export class LegacyPeer extends StockPeer {
  #library;
  #receipts = new Map();

  /**
   * Connects. Rejects with the server's reason when the CONNECT is refused.
   *
   * @param {keyof typeof LIBRARIES} library
   * @param {{path?: string, headers?: Record<string, string>, sockjs?: object, heartbeat?: number}} options endpoint;
   *   headers of CONNECT; options of the SockJS client, to go over SockJS; milliseconds to propose instead of 10 s.
   */
  static async connect(library, server, { path = '/stomp', headers = {}, sockjs, heartbeat = 10_000 } = {}) {
    const peer = new LegacyPeer();
    peer.#library = LIBRARIES[library];
    peer.socket = sockjs
      ? new SockJS(server.url + path, null, sockjs)
      : new WebSocket(server.ws(path), peer.#library.protocols);
    peer.client = peer.#library.over(peer.socket);
    Object.assign(peer.client.heartbeat, { outgoing: heartbeat, incoming: heartbeat });
    peer.client.onreceipt = (frame) => peer.#receipts.get(frame.headers['receipt-id'])?.();
    /** Resolves when the connection is gone. */
    peer.closed = new Promise((resolve) => {
      peer.lost = resolve;
    });
    peer.broken = peer.closed.then(() => Promise.reject(new Error(peer.errors[0] ?? 'closed')));
    peer.broken.catch(() => {});
    const connected = new Promise((resolve) => {
      peer.client.connect(headers, resolve, (problem) => peer.#fail(problem));
    });
    peer.connectedFrame = await soon('CONNECTED', Promise.race([connected, peer.broken]));
    return peer;
  }

  /** Says DISCONNECT and closes at once, as these libraries do. */
  async disconnect() {
    if (this.client.connected) {
      this.client.disconnect();
    }
  }

  /** Ends the connection without a word of STOMP. */
  async cut() {
    this.socket.terminate ? this.socket.terminate() : this.socket.close();
    await soon('the socket is closed', this.closed);
  }

  /** The libraries call the same function with an ERROR frame and with the end of the connection. */
  #fail(problem) {
    if (problem?.command === 'ERROR') {
      this.errors.push(problem.headers.message);
    } else {
      this.lost();
    }
  }

  write(destination, headers, body) {
    this.#library.send(this.client, destination, headers, body);
  }

  onReceipt(id, callback) {
    this.#receipts.set(id, callback);
  }
}
