// Questions that a client asks now and then: one request each.

import { listRows, paths } from '../transports/http-api.js';
import type { ConversationSummary, Http, Identity, SearchPage, SearchQuery } from '../types.js';
import { list, object, text, type JsonObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { untilReadable } from './loading.js';
import { seenBy, toChatMessage } from './project.js';
import { lastOf, toSummary } from './summary.js';

/** Our conversations; a visitor's that are over too. */
export async function conversations(http: Http, me: Identity): Promise<readonly ConversationSummary[]> {
  const rows = await listRows(http, me);
  await untilReadable(rows.map(lastOf));
  return rows.map(toSummary);
}

/** What was said somewhere. */
export async function search(
  http: Http,
  { id, role }: Identity,
  { agent, visitor, types, size, ...query }: SearchQuery,
): Promise<SearchPage> {
  const page = await http.get<JsonObject>(paths(role).search, {
    ...query,
    agentUid: agent,
    visitorUid: visitor,
    type: types?.join(','),
    pageSize: size,
  });
  const rows = list(page['content']).map(object);
  await untilReadable(rows.map(({ message }) => message as WireMessage));
  return {
    found: rows.map(({ message, snippet, positions }) => {
      return {
        message: toChatMessage(message as WireMessage, seenBy(id)),
        snippet: text(snippet),
        positions: list(positions) as [number, number][],
      };
    }),
    next: text(page['next']) || null,
  };
}
