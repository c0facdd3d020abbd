// A stock STOMP client (@stomp/stompjs) that writes down everything it receives.

import { Client } from '@stomp/stompjs';
import WebSocket from 'ws';
import { StockPeer } from './stock-peer.js';
import { soon } from './waiting.js';

// The library expects the browser's WebSocket under its global name.
globalThis.WebSocket ??= WebSocket;

/** A connection. */
export class StompPeer extends StockPeer {
  /**
   * Connects. Rejects with the server's reason when the CONNECT is refused.
   *
   * @param {{path?: string, headers?: Record<string, string>, client?: import('@stomp/stompjs').StompConfig}} options
   *   endpoint; headers of CONNECT; further configuration of the client.
   */
  static async connect(server, { path = '/stomp', headers = {}, client = {} } = {}) {
    const peer = new StompPeer();
    let refused;
    peer.broken = new Promise((_resolve, reject) => {
      refused = reject;
    });
    peer.broken.catch(() => {});
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
    peer.connectedFrame = await soon('CONNECTED', Promise.race([connected, peer.broken]));
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

  /** Waits until the server has refused something and closed the connection; returns the reason. */
  async refusal() {
    await soon('the server closes the connection', this.closed);
    return this.errors[0];
  }

  /** Sends something harmless and waits for its answer: what came before has been acted on. */
  settle() {
    return this.publish('/user/topic/all', '');
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

  write(destination, headers, body) {
    this.client.publish({ destination, body, headers });
  }

  onReceipt(id, callback) {
    this.client.watchForReceipt(id, callback);
  }
}
