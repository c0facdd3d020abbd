// How long closed conversations are kept, as the server has it.

import { client } from '../desk/client.js';
import { office } from '../texts/office/words.js';

/** What is set, and what comes of it. */
export interface Retention {
  /** Days that a conversation is kept after it was closed; null for ever. */
  readonly days: number | null;
  readonly leastDays: number;
  readonly mostDays: number;
  /** Conversations that are deleted next. */
  readonly due: number;
  /** There are more of them than were counted. */
  readonly dueHasMore: boolean;
}

/** What is proposed to who has set nothing. */
export const DEFAULT_DAYS = 365;

/** What is set; `due` as if `days` were, if they are named. @throws ChatError */
export const readRetention = (days?: number): Promise<Retention> =>
  client.http.get<Retention>('/api/v1/retention/query', { days });

/** Sets how many days are kept; null for ever. @throws ChatError */
export const writeRetention = (days: number | null): Promise<unknown> =>
  client.http.post('/api/v1/retention/update', { days });

/** How many conversations go next, in a sentence. */
export function dueLine({ due, dueHasMore }: Retention): string {
  if (due === 0) {
    return office('retention.none');
  }
  return office(dueHasMore ? 'retention.due-more' : 'retention.due', { count: due });
}
