// One kind of error for everything, with a code that programs and translations can rely on.

import type { ErrorCode } from './codes.js';

export type { ErrorCode } from './codes.js';

/** Why something did not happen. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** The same may work later, without any change. */
  readonly retryable: boolean;
  /** The HTTP status, if there was one. */
  readonly status: number | null;
  /** When to try again, in milliseconds, if the server has said so. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryable?: boolean; status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.status = options.status ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
