// All public types.

export type * from './types/client.js';
export type * from './types/content.js';
export type * from './types/conversation.js';
export type * from './types/desk.js';
export type * from './types/message.js';
export type * from './types/runtime.js';
