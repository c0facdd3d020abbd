// SockJS by `fetch`: a socket that needs only HTTP. Streaming where the way lets it through, else polling.
//
// It is written for our server, whose SockJS speaks over xhr_streaming, xhr and xhr_send. Unlike sockjs-client it adds
// no `unload` listener, which would keep the page out of the back/forward cache.

import { newId } from '../core/uuid.js';
import type { Clock } from '../types.js';
import type { Socket } from './stomp-session.js';

/** If streaming has not said hello by then, something on the way holds it back. */
export const HELLO_WITHIN_MS = 3_000;

/** What one `xhr_send` carries at most, in characters; a frame that is longer goes alone. */
const SEND_AT_MOST = 65_536;

/** What the socket closes with when a request was refused for its token; SockJS has no code for that. */
export const TOKEN_REFUSED = 4401;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** What a socket needs. */
export interface SockJsOptions {
  /** URL of the SockJS base path. */
  readonly url: string;
  readonly token: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** A SockJS session that looks like a WebSocket. */
export class SockJsSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readyState: number = CONNECTING;
  readonly #options: SockJsOptions;
  readonly #abort = new AbortController();
  readonly #outgoing: string[] = [];
  #session = '';
  #sending = false;

  constructor(options: SockJsOptions) {
    this.#options = options;
    void this.#run();
  }

  send(text: string): void {
    this.#outgoing.push(text);
    if (!this.#sending) {
      void this.#sendAll();
    }
  }

  close(): void {
    this.#end(1000);
  }

  async #run(): Promise<void> {
    try {
      const streamed = await this.#receive('xhr_streaming');
      if (streamed === 'held back') {
        while (this.readyState !== CLOSED && (await this.#receive('xhr')) === 'go on');
        return;
      }
      while (this.readyState !== CLOSED && (await this.#receive('xhr_streaming')) === 'go on');
    } catch {
      this.#end(1006);
    }
  }

  /** One request that receives. A stream that has not even said hello in time is given up, with its session. */
  async #receive(kind: 'xhr' | 'xhr_streaming'): Promise<'go on' | 'held back'> {
    const opening = this.readyState === CONNECTING;
    if (opening) {
      this.#session = newId(this.#options.clock.now());
    }
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    this.#abort.signal.addEventListener('abort', giveUp);
    const stop =
      opening && kind === 'xhr_streaming' ? this.#options.clock.after(HELLO_WITHIN_MS, giveUp) : undefined;
    try {
      const response = await this.#post(kind, undefined, patience.signal);
      if (response.status === 401) {
        this.#end(TOKEN_REFUSED);
      }
      if (!response.ok) {
        throw new Error(`HTTP ${response.status}`);
      }
      await this.#read(response, () => this.readyState === OPEN && stop?.());
      return 'go on';
    } catch (error) {
      if (
        opening &&
        this.readyState === CONNECTING &&
        kind === 'xhr_streaming' &&
        !this.#abort.signal.aborted
      ) {
        return 'held back';
      }
      throw error;
    } finally {
      stop?.();
      this.#abort.signal.removeEventListener('abort', giveUp);
    }
  }

  async #read(response: Response, afterEach: () => void): Promise<void> {
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => this.#frame(line));
      afterEach();
      if (done) {
        return;
      }
    }
  }

  #frame(frame: string): void {
    if (this.readyState === CLOSED) {
      return;
    }
    switch (frame[0]) {
      case 'o':
        this.readyState = OPEN;
        this.onopen?.({} as never);
        break;
      case 'a':
        for (const data of JSON.parse(frame.slice(1)) as string[]) {
          this.onmessage?.({ data } as MessageEvent<unknown>);
        }
        break;
      case 'c':
        this.#end((JSON.parse(frame.slice(1)) as [number])[0]);
        break;
    }
  }

  /** One request at a time, so that what is sent arrives in its order. */
  async #sendAll(): Promise<void> {
    this.#sending = true;
    try {
      while (this.#outgoing.length > 0 && this.readyState !== CLOSED) {
        const batch = this.#outgoing.splice(0, 1);
        for (let size = batch[0]?.length ?? 0; this.#outgoing.length > 0;) {
          size += this.#outgoing[0]?.length ?? 0;
          if (size > SEND_AT_MOST) {
            break;
          }
          batch.push(...this.#outgoing.splice(0, 1));
        }
        const response = await this.#post('xhr_send', JSON.stringify(batch), this.#abort.signal);
        if (!response.ok) {
          throw new Error(`HTTP ${response.status}`);
        }
      }
    } catch {
      this.#end(1006);
    } finally {
      this.#sending = false;
    }
  }

  #post(kind: string, body: string | undefined, signal: AbortSignal): Promise<Response> {
    const { url, token, fetch } = this.#options;
    return fetch(`${url}/0/${this.#session}/${kind}`, {
      method: 'POST',
      ...(token && { headers: { authorization: `Bearer ${token}` } }),
      signal,
      cache: 'no-store',
      ...(body !== undefined && { body }),
    });
  }

  #end(code: number): void {
    if (this.readyState !== CLOSED) {
      this.readyState = CLOSED;
      this.#abort.abort();
      this.onclose?.({ code } as CloseEvent);
    }
  }
}
