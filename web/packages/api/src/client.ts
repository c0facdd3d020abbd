// Requests of programs that have no chat client: back ends with a service account, scripts, tests.

import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './generated/schema.js';

/** Who asks. */
export interface ApiOptions {
  /** Where the server is, as `https://chat.example.com`. */
  readonly endpoint: string;
  /** The value of `Authorization`: `Bearer …` with a token, or `Basic …` of a service account. */
  readonly authorization?: string;
}

/** Typed requests: `const { data, error } = await api.GET('/api/v1/…', { params: { query } })`. */
export function createApi({ endpoint, authorization }: ApiOptions): Client<paths> {
  return createClient<paths>({
    baseUrl: endpoint.replace(/\/$/, ''),
    headers: authorization === undefined ? {} : { authorization },
  });
}
