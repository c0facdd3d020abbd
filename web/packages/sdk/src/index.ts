// The chat client of Deskwire: one API over STOMP on WebSocket, SockJS and HTTP.

import type { ChatClient, ClientOptions } from './types.js';

export { ChatError } from './errors/chat-error.js';
export type { ErrorCode } from './errors/chat-error.js';
export { errorCodes } from './errors/codes.js';
export type * from './types.js';

/** Makes a client. Nothing is sent before it is told to connect, who it is, or what to join. */
export declare function createClient(options?: ClientOptions): ChatClient;
