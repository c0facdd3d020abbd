// An agent whose link is no connection tells the server that it is there: else it would be given nobody.

import { newId } from '../core/uuid.js';
import type { LinkRequest } from '../types.js';

const PATH = '/api/v1/connection/polling';

/** How often it is told at least: a server that was started anew knows of nobody. */
const MOST_MS = 10_000;

/** How often within the time for which it holds. */
const TIMES = 3;

/** The seat of an agent who polls. */
export class Seat {
  readonly #request: LinkRequest;
  /** Names this link, not the browser: other pages of it have seats of their own. */
  readonly #device: string;
  readonly #stopLeaving: () => void;
  #dueAt = 0;
  #telling: Promise<void> = Promise.resolve();

  constructor(request: LinkRequest) {
    const { clock, page } = request.runtime;
    this.#request = request;
    this.#device = newId(clock.now());
    this.#stopLeaving = page.on('leave', () => this.#end());
  }

  /** Tells it now. */
  keep(): Promise<void> {
    this.#telling = this.#renew();
    return this.#telling;
  }

  /** Tells it if it is time. */
  async keepIfDue(): Promise<void> {
    if (this.#request.runtime.clock.now() >= this.#dueAt) {
      await this.keep();
    }
  }

  /** Tells that it is there no more. */
  leave(): void {
    this.#stopLeaving();
    // Not before what it was told last: that would hold.
    const end = () => this.#end();
    this.#telling.then(end, end);
  }

  async #renew(): Promise<void> {
    const { http, runtime } = this.#request;
    const { leaseS } = await http.post<{ leaseS: number }>(`${PATH}/renew`, { device: this.#device });
    this.#dueAt = runtime.clock.now() + Math.min((leaseS * 1_000) / TIMES, MOST_MS);
  }

  /** By the token of the link: whoever signs out has none any more. It has to outlive the page. */
  #end(): void {
    const { endpoint, token, runtime } = this.#request;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ device: this.#device });
    runtime
      .fetch(`${endpoint}${PATH}/end`, { method: 'POST', keepalive: true, headers, body })
      .catch(() => undefined); // it ends by itself
  }
}
