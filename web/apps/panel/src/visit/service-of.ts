// Who a conversation is with, from its topic.

import type { Service } from './settings.js';

/** The service of `org/agent/{uid}/{visitor}` or `org/workgroup/{uid}/{visitor}`; undefined for any other topic. */
export function serviceOf(topic: string): Service | undefined {
  const [, kind, id] = topic.split('/');
  return (kind === 'agent' || kind === 'workgroup') && id ? { kind, id, name: '' } : undefined;
}
