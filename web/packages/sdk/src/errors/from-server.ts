// What the server says, as a `ChatError`.

import { ChatError, type ErrorCode } from './chat-error.js';
import { renamed, retryable } from './codes.js';

/** For answers without a name, as those of proxies. */
const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'AUTH_EXPIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'TOO_LARGE',
  429: 'TOO_MANY',
  503: 'BUSY',
};

/** Makes an error of a code, with what is known of it. */
export function errorOf(
  code: ErrorCode,
  message: string,
  details: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
): ChatError {
  return new ChatError(code, message, { retryable: retryable.has(code), ...details });
}

/**
 * The error of a refusal in the server's words. `status` is that of HTTP, or what stands for it; `code` is the server's
 * own name for it, as `not_yours`.
 */
export function serverError(
  message: string,
  { code, ...details }: { status?: number; code?: unknown; retryAfterMs?: number } = {},
): ChatError {
  const status = details.status ?? 0;
  return errorOf(
    codeNamed(code) ?? byStatus[status] ?? (status < 500 ? 'REFUSED' : 'INTERNAL'),
    message,
    details,
  );
}

/** Whatever was thrown, as a `ChatError`; what is none was the network. */
export function asChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) {
    return thrown;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return errorOf('NETWORK', message, { cause: thrown });
}

/** Names that newer servers have are codes too. */
function codeNamed(name: unknown): ErrorCode | undefined {
  return typeof name === 'string' && name !== ''
    ? ((renamed as Readonly<Record<string, ErrorCode>>)[name] ?? (name.toUpperCase() as ErrorCode))
    : undefined;
}
