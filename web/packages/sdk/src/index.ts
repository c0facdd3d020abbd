// The chat client of Deskwire: one API over STOMP on WebSocket, SockJS and HTTP.

export { ChatError } from './errors/chat-error.js';
export type { ErrorCode } from './errors/chat-error.js';
export type * from './types.js';

export { createClient } from './client.js';
export { plainText } from './wire/content.js';
