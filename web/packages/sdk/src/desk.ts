// What agents, supervisors and administrators do. An entry of its own: visitors need none of it.

import type { ChatClient, Desk } from './types.js';

/** The desk of an agent who has signed in with `client`. */
export declare function createDesk(client: ChatClient): Desk;
