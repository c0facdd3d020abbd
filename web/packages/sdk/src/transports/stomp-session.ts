// A STOMP session over anything that looks like a WebSocket: who waits for what, and why it ended.

import type { ChatError } from '../errors/chat-error.js';
import { errorOf, serverError } from '../errors/from-server.js';
import { type Frame, readFrame, writeFrame } from './frame.js';

/** As much of a WebSocket as is needed. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

/** What a session tells. */
export interface SessionEvents {
  /** The server has let us in. */
  opened(): void;
  /** Something has come: a sign of life. */
  heard(): void;
  /** It has ended, or never began. Told once. */
  closed(error: ChatError): void;
}

/** What the server closes with, and what that means (protocol reference, "Endpoints"). */
const CLOSE_CODES: Readonly<Record<number, Parameters<typeof errorOf>>> = {
  1001: ['SERVER_STOPPING', 'the server has ended the connection'],
  1002: ['PROTOCOL', 'the server has ended the connection'],
  4401: ['AUTH_EXPIRED', 'the token was not accepted'],
  4500: ['SLOW_READER', 'the server has ended the connection'],
  4501: ['DISMISSED', 'the server has ended the connection'],
};

/** A session. */
export class StompSession {
  readonly #socket: Socket;
  readonly #events: SessionEvents;
  /** Who waits for a RECEIPT, by its id. */
  readonly #waiting = new Map<string, (error?: ChatError) => void>();
  readonly #subscriptions = new Map<string, (body: string) => void>();
  #refusal: ChatError | null = null;
  #closed = false;
  #receipts = 0;

  /** Begins on a socket that is still opening. `login` are the headers that say who we are. */
  constructor(socket: Socket, login: Readonly<Record<string, string>>, events: SessionEvents) {
    this.#socket = socket;
    this.#events = events;
    // The server pings WebSockets; we ask for signs of life when there is reason to.
    socket.onopen = () => this.#send('CONNECT', { 'accept-version': '1.2', 'heart-beat': '0,0', ...login });
    socket.onmessage = ({ data }) => {
      const frame = readFrame(String(data));
      if (frame && !this.#closed) {
        this.#heard(frame);
      }
    };
    socket.onerror = () => undefined; // says nothing that the close behind it does not
    socket.onclose = ({ code }) =>
      this.#finish(
        this.#refusal ?? errorOf(...(CLOSE_CODES[code] ?? ['NETWORK', 'the connection was cut'])),
        true,
      );
  }

  /** Resolves when the server has subscribed us. */
  subscribe(
    id: string,
    destination: string,
    heard: (body: string) => void,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.#subscriptions.set(id, heard);
    return this.#receipt((receipt) => this.#send('SUBSCRIBE', { id, destination, ...headers, receipt }));
  }

  unsubscribe(id: string): void {
    if (this.#subscriptions.delete(id)) {
      this.#send('UNSUBSCRIBE', { id });
    }
  }

  /** Sends without waiting for anything. */
  send(destination: string, body: string): void {
    this.#send('SEND', { destination, 'content-type': 'application/json' }, body);
  }

  /** Resolves when the server has it. A refusal ends the session, as STOMP demands. */
  sendAndWait(destination: string, body: string): Promise<void> {
    return this.#receipt((receipt) =>
      this.#send('SEND', { destination, 'content-type': 'application/json', receipt }, body),
    );
  }

  /** Resolves with a sign of life. */
  probe(): Promise<void> {
    // Names nobody, so that nothing happens but the receipt.
    return this.sendAndWait('/user/queue/probe', '');
  }

  close(): void {
    this.#socket.onclose = null;
    this.#finish(errorOf('CLOSED', 'the link was closed'), false);
    this.#socket.close();
  }

  #send(command: string, headers: Readonly<Record<string, string>>, body = ''): void {
    if (!this.#closed) {
      this.#socket.send(writeFrame({ command, headers, body }));
    }
  }

  #receipt(send: (receipt: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(errorOf('CLOSED', 'the link was closed'));
        return;
      }
      const receipt = String((this.#receipts += 1));
      this.#waiting.set(receipt, (error) => (error ? reject(error) : resolve()));
      send(receipt);
    });
  }

  #heard({ command, headers, body }: Frame): void {
    this.#events.heard();
    if (command === 'CONNECTED') {
      this.#events.opened();
    } else if (command === 'MESSAGE') {
      this.#subscriptions.get(headers['subscription'] ?? '')?.(body);
    } else if (command === 'RECEIPT') {
      this.#settle(headers['receipt-id']);
    } else if (command === 'ERROR') {
      const error = serverError(headers['message'] ?? 'the server has ended the connection', {
        code: headers['error'],
      });
      const asked = this.#settle(headers['receipt-id'], error);
      // What refuses no certain frame, and has no name, may go better next time.
      this.#refusal = asked || error.code === 'REFUSED' ? errorOf('PROTOCOL', error.message) : error;
    }
  }

  #settle(receipt: string | undefined, error?: ChatError): boolean {
    const settle = this.#waiting.get(receipt ?? '');
    this.#waiting.delete(receipt ?? '');
    settle?.(error);
    return settle !== undefined;
  }

  #finish(error: ChatError, tell: boolean): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#waiting.forEach((settle) => settle(error));
      if (tell) {
        this.#events.closed(error);
      }
    }
  }
}
