// The error codes that are our own, or mean something to us. The others are the server's names in capitals.
//
// A server that says no names is understood by its words; a test compares them with the server's.

interface CodeOf {
  /** The same request may work later. */
  readonly retryable?: true;
  /** The server's words begin so, in answers that carry no code of their own. */
  readonly says?: string;
}

const table = {
  // Between us and the server.
  NETWORK: { retryable: true },
  TIMEOUT: { retryable: true },
  OFFLINE: { retryable: true },
  UNSUPPORTED: {},
  CLOSED: {},
  CANCELLED: {},
  EXHAUSTED: { retryable: true },
  SERVER_STOPPING: { retryable: true },
  SLOW_READER: { retryable: true },
  DISMISSED: { retryable: true },
  PROTOCOL: { retryable: true },
  // Who we are.
  AUTH_REQUIRED: { says: 'no credentials' },
  AUTH_EXPIRED: { says: 'the access token has expired' },
  AUTH_REFUSED: { says: 'the credentials are not valid' },
  FORBIDDEN: {},
  LOCKED: { retryable: true, says: 'too many failed logins' },
  // The HTTP answer says it.
  REFUSED: {},
  NOT_FOUND: {},
  METHOD_NOT_ALLOWED: {},
  TOO_LARGE: {},
  TOO_MANY: { retryable: true },
  BUSY: { retryable: true, says: 'the server is too busy' },
  INTERNAL: { retryable: true, says: 'internal error' },
  KEY_IN_USE: { retryable: true },
  // The desk says it.
  NOT_YOURS: { says: 'there is no such conversation' },
  UNKNOWN_SERVICE: { says: 'there is no such agent or workgroup' },
  UNKNOWN_ORGANISATION: { says: 'there is no such organisation' },
  UNKNOWN_WEBHOOK: { says: 'there is no such webhook' },
  UNKNOWN_VISITOR: { says: 'there is no such visitor' },
  NOT_ALLOWED: { says: 'that is not for you to do' },
  NOT_NOW: { says: 'that is not possible while the conversation is' },
  NOT_PENDING: { says: 'there is no such transfer or invitation' },
  ALREADY_PENDING: { says: 'the conversation is being passed on already' },
  NOBODY_THERE: { says: 'nobody is there to take it' },
  TOO_MANY_HELPERS: { says: 'no more colleagues may help' },
  SERVERS_OWN: { says: 'messages of type' },
  UNKNOWN_CARD: { says: 'there is no such order card' },
  CARD_SETTLED: { says: 'the order card is' },
  UNKNOWN_LEAVE_MESSAGE: { says: 'there is no such left message' },
  LEAVE_MESSAGE_IS: { says: 'that is not possible while the left message is' },
  RECALL_TOO_LATE: { says: 'it was said too long ago to be recalled' },
  RATED_ALREADY: { says: 'the service has been rated already' },
  TAKEN: { says: 'the uid or the name is taken' },
  SETTINGS: { says: 'the settings are not acceptable' },
} as const;

/** Every code with what is known of it. */
export const errorCodes: { readonly [Code in keyof typeof table]: CodeOf } = table;

/** What the server calls differently. */
export const serverNames: Readonly<Record<string, keyof typeof table>> = {
  token_expired: 'AUTH_EXPIRED',
  not_signed_in: 'AUTH_REQUIRED',
  wrong_password: 'AUTH_REFUSED',
  too_fast: 'TOO_MANY',
  unacceptable_settings: 'SETTINGS',
  connection_ended: 'NETWORK',
  protocol_error: 'PROTOCOL',
};

/** Names of the server's refusals that need no entry above: nothing is to be done about them but to say so. */
export type ServerCode =
  | 'INVALID_REQUEST'
  | 'KEY_REUSED'
  | 'UNACCEPTABLE_FILE'
  | 'NO_ROOM'
  | 'MALFORMED_MESSAGE'
  | 'UNKNOWN_USER'
  | 'UNCLEAR'
  | 'UNKNOWN_CONVERSATION'
  | 'UNKNOWN_MESSAGE'
  | 'NOT_THE_SENDER'
  | 'AT_CAPACITY'
  | 'CHANGED_MEANWHILE'
  | 'DECIDED_ALREADY'
  | 'CARD_TAKEN'
  | 'UID_TAKEN'
  | 'FOREIGN_ORGANISATION'
  | 'NOBODY_MEANT'
  | 'TOO_MANY_RECIPIENTS'
  | 'EXPIRED_ALREADY'
  | 'UNKNOWN_NOTICE'
  | 'UNKNOWN_SESSION'
  | 'INVALID_TOPIC'
  | 'NO_RIGHT'
  | 'NOT_ADDRESSED'
  | 'SUBSCRIPTION_ID'
  | 'VETOED'
  | 'INVALID_SELECTOR'
  | 'FULL'
  | 'INVALID_CLIENT_ID';
