// The server's HTTP API in types: what each path takes and answers.

import type { components, paths } from './generated/schema.js';

export { createApi } from './client.js';
export type { components, operations, paths } from './generated/schema.js';

/** Everything that has a name in the document, as `Schemas['Thread']`. */
export type Schemas = components['schemas'];

/** The stable name of a refusal or failure; `docs/errors.md` has a section for each. */
export type ErrorName = Schemas['Failure']['error'];

type Method = 'get' | 'post';

/** Paths that know a method, and have nothing to be filled in. */
export type PathsWith<M extends Method> = {
  [P in keyof paths]: P extends `${string}{${string}`
    ? never
    : paths[P] extends Record<M, object>
      ? P
      : never;
}[keyof paths];

type Operation<P, M extends Method> = P extends keyof paths ? NonNullable<paths[P][M]> : never;

/** Members that may be missing, or null. */
type Dispensable<T> = {
  [K in keyof T]-?: undefined extends T[K] ? K : null extends T[K] ? K : never;
}[keyof T];

/** What may be null may be missing too. */
type Given<T> = Omit<T, Dispensable<T>> & { [K in Dispensable<T>]?: T[K] | undefined };

/** What stands behind the `?` of a GET. */
export type Query<P extends PathsWith<'get'>> =
  Operation<P, 'get'> extends { parameters: { query?: infer Q } } ? Given<NonNullable<Q>> : never;

/** The JSON that a POST takes. */
export type Body<P extends PathsWith<'post'>> =
  Operation<P, 'post'> extends { requestBody?: { content: { 'application/json': infer B } } }
    ? Given<B>
    : never;

/** The `data` of an answer that is a success. */
export type Data<P, M extends Method> =
  Operation<P, M> extends { responses: { 200: { content: { 'application/json': infer A } } } }
    ? Extract<A, { code: 200 }> extends { data: infer D }
      ? D
      : never
    : never;

/** Requests whose paths, queries, bodies and answers are those of the document. Refusals are thrown. */
export interface Api {
  get<P extends PathsWith<'get'>>(path: P, query?: Query<P>): Promise<Data<P, 'get'>>;
  post<P extends PathsWith<'post'>>(path: P, body: Body<P>): Promise<Data<P, 'post'>>;
}
