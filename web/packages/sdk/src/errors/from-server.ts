// What the server says, as a `ChatError`.

import { ChatError, type ErrorCode } from './chat-error.js';
import { errorCodes, serverNames } from './codes.js';

const byStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'REFUSED',
  401: 'AUTH_EXPIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'REFUSED',
  413: 'TOO_LARGE',
  429: 'TOO_MANY',
  503: 'BUSY',
};

/** Makes an error of a code, with what the table knows of it. */
export function errorOf(
  code: ErrorCode,
  message: string,
  details: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
): ChatError {
  return new ChatError(code, message, { retryable: known(code)?.retryable ?? false, ...details });
}

/**
 * The error of a refusal in the server's words. `status` is that of HTTP, or what stands for it; `code` is the server's
 * own name for it, where it says one.
 */
export function serverError(
  message: string,
  { status, code, retryAfterMs }: { status?: number; code?: unknown; retryAfterMs?: number } = {},
): ChatError {
  const named = codeNamed(code) ?? codeFor(message);
  const fallback = status === undefined || status < 400 ? 'REFUSED' : (byStatus[status] ?? 'INTERNAL');
  return errorOf(named ?? fallback, message, {
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Whatever was thrown, as a `ChatError`; what is none was the network. */
export function asChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) {
    return thrown;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return errorOf('NETWORK', message, { cause: thrown });
}

function known(code: string): { readonly retryable?: true; readonly says?: string } | undefined {
  return (errorCodes as Readonly<Record<string, (typeof errorCodes)['NETWORK']>>)[code];
}

/** The server's name for it, as `not_yours`. */
function codeNamed(name: unknown): ErrorCode | undefined {
  return typeof name === 'string' && /^[a-z_]+$/.test(name)
    ? (serverNames[name] ?? (name.toUpperCase() as ErrorCode))
    : undefined;
}

/** Only some answers carry a name; the words of the others are as stable. */
function codeFor(message: string): ErrorCode | undefined {
  const words = Object.entries(errorCodes) as [ErrorCode, { says?: string }][];
  return words.find(([, { says }]) => says !== undefined && message.startsWith(says))?.[0];
}
