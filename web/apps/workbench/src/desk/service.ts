// Settings of the service that a conversation belongs to, as far as agents need them.

import { client } from './client.js';

/** How long offers stand, in seconds. */
export interface ServiceTimes {
  readonly transferTimeoutS: number;
  readonly inviteTimeoutS: number;
}

/** What services that nobody has set up do; see "Routing and settings" in the protocol reference. */
const usual: ServiceTimes = { transferTimeoutS: 30, inviteTimeoutS: 300 };

const known = new Map<string, Promise<ServiceTimes>>();

/** uid of the workgroup or agent that a topic, as `org/workgroup/{uid}/{visitor}`, leads to. */
export function serviceOf(topic: string): string | null {
  return topic.split('/')[2] ?? null;
}

/** Times of the service of a topic; the usual ones where they cannot be read. Read once. */
export function serviceTimes(topic: string): Promise<ServiceTimes> {
  const uid = serviceOf(topic) ?? '';
  const times =
    known.get(uid) ?? client.http.get<ServiceTimes>('/api/v1/settings/query', { uid }).catch(() => usual);
  known.set(uid, times);
  return times;
}
