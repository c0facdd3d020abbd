// What may go wrong: our own codes, and the server's names in capitals, of which a few have another name here.

import type { ErrorName } from '@deskwire/api';

/** Between us and the server, or before anything has left this machine. */
type OwnCode =
  | 'NETWORK'
  | 'TIMEOUT'
  | 'OFFLINE'
  | 'UNSUPPORTED'
  | 'CLOSED'
  | 'CANCELLED'
  | 'EXHAUSTED'
  | 'SERVER_STOPPING'
  | 'SLOW_READER'
  | 'PROTOCOL'
  | 'REFUSED'
  | 'AUTH_REQUIRED'
  | 'AUTH_EXPIRED'
  | 'AUTH_REFUSED'
  | 'SETTINGS';

/** The server's names that are called differently here: what is one thing for programs has one code. */
export const renamed = {
  token_expired: 'AUTH_EXPIRED',
  not_signed_in: 'AUTH_REQUIRED',
  wrong_password: 'AUTH_REFUSED',
  too_fast: 'TOO_MANY',
  unacceptable_settings: 'SETTINGS',
  connection_ended: 'NETWORK',
  protocol_error: 'PROTOCOL',
} as const satisfies Partial<Record<ErrorName, OwnCode | Uppercase<ErrorName>>>;

/** What went wrong. The server's part comes from its own list, by the document of its API. */
export type ErrorCode = OwnCode | Uppercase<Exclude<ErrorName, keyof typeof renamed>>;

/** Those after which the same may work later, without any change. */
export const retryable: ReadonlySet<ErrorCode> = new Set([
  'NETWORK',
  'TIMEOUT',
  'OFFLINE',
  'EXHAUSTED',
  'SERVER_STOPPING',
  'SLOW_READER',
  'DISMISSED',
  'PROTOCOL',
  'LOCKED',
  'TOO_MANY',
  'BUSY',
  'INTERNAL',
  'KEY_IN_USE',
]);
