// The server's HTTP API: the envelope around every answer, our token, and one renewal of it.

import { errorOf, serverError } from '../errors/from-server.js';
import { parseObject, text } from '../wire/json.js';
import type { Http, QueryValues } from '../types.js';

/** What requests need from their client. */
export interface HttpHost {
  readonly endpoint: string;
  readonly fetch: typeof fetch;
  /** The token to show, if there is one; `renew` says that the last one was not accepted. */
  token(renew: boolean): Promise<string | null>;
  /** The server's time, by the header of an answer, in milliseconds since 1970. */
  serverTime(at: number): void;
}

/** Requests with the token of `host`. */
export class HttpClient implements Http {
  readonly #host: HttpHost;

  constructor(host: HttpHost) {
    this.#host = host;
  }

  async get<T>(path: string, query: QueryValues = {}): Promise<T> {
    return dataOf(await this.#send(path + queryString(query), {}));
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return dataOf(await this.#send(path, jsonPost(body)));
  }

  /** The same without a token: for introductions and sign-ins. What has a `key` is done once under it. */
  async postAnonymously<T>(path: string, body: unknown, key?: string): Promise<T> {
    return dataOf(await this.#request(path, jsonPost(body, key), null));
  }

  async raw(path: string, query: QueryValues = {}): Promise<Response> {
    const response = await this.#send(path + queryString(query), {});
    if (!response.ok) {
      throw refusal(response, await response.text());
    }
    return response;
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#request(path, init, await this.#host.token(false));
    if (response.status !== 401) {
      return response;
    }
    const renewed = await this.#host.token(true);
    return renewed === null ? response : this.#request(path, init, renewed);
  }

  async #request(path: string, init: RequestInit, token: string | null): Promise<Response> {
    const headers = {
      ...(init.headers as object),
      ...(token !== null && { authorization: `Bearer ${token}` }),
    };
    try {
      const response = await this.#host.fetch(this.#host.endpoint + path, { ...init, headers });
      const date = response.headers.get('date');
      if (date !== null) {
        this.#host.serverTime(Date.parse(date));
      }
      return response;
    } catch (cause) {
      throw errorOf('NETWORK', 'the server was not reached', { cause });
    }
  }
}

/** What the envelope carries. @throws ChatError if it was refused */
async function dataOf<T>(response: Response): Promise<T> {
  const body = await response.text();
  const answer = parseObject(body);
  if (!response.ok || answer?.['code'] !== 200) {
    throw refusal(response, body);
  }
  return answer['data'] as T;
}

/** Why the server has not done it. */
export function refusal(response: Response, body: string): Error {
  const { message, error } = parseObject(body) ?? {};
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return serverError(text(message) || `HTTP ${response.status}`, {
    status: response.status,
    code: error,
    ...(Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
  });
}

/** `?a=1&b=2` of the values that are there. */
export function queryString(query: QueryValues): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const encoded = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return encoded && `?${encoded}`;
}

function jsonPost(body: unknown, key?: string): RequestInit {
  const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}
