// Visitors, agents and their conversations over HTTP: what every test needs before the first frame is sent.

import { newMessage } from 'deskwire-examples/protocol.js';
import { call } from 'deskwire-examples/rest.js';
import { AGENT_PASSWORD } from './harness.js';

export const ORG = 'df_org_uid';
export const AGENT = 'df_ag_uid';
export const WORKGROUP = 'df_wg_uid';

/** Rows per request when the whole history is read. */
const PAGE_SIZE = 100;

/** A new visitor: `{uid, nickname, accessToken, user}`; `user` is what it writes into its messages. */
export async function newVisitor(server, nickname = 'Ann') {
  const visitor = await call(server.url, '/visitor/api/v1/init', { body: { orgUid: ORG, nickname, channel: 'WEB' } });
  return { ...visitor, user: { uid: visitor.uid, nickname, avatar: '', type: 'VISITOR' } };
}

/**
 * The visitor asks for a conversation with an agent (`type` "0") or a workgroup ("1"). Returns the visitor with
 * `opening`, the answer; `thread`; and `topic`.
 */
export async function requestThread(server, visitor, { type = '0', sid = AGENT } = {}) {
  const opening = await call(server.url, '/visitor/api/v1/thread', {
    token: visitor.accessToken,
    body: { uid: visitor.uid, orgUid: ORG, type, sid },
  });
  return { ...visitor, opening, thread: opening.thread, topic: opening.thread.topic };
}

/** A new visitor in a new conversation with the demo agent. */
export async function newConversation(server, nickname) {
  return requestThread(server, await newVisitor(server, nickname));
}

/** The demo agent: `{uid, accessToken, user}`. */
export async function logInAgent(server) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', {
    body: { username: 'agent', password: AGENT_PASSWORD, platform: 'BYTEDESK', channel: 'FLUTTER' },
  });
  const { uid, nickname = 'Agent' } = user;
  return { uid, accessToken, user: { uid, nickname, avatar: '', type: 'AGENT' } };
}

/** A message of `person` in the conversation `thread`. */
export const messageFrom = (person, thread, fields) =>
  newMessage({ ...fields, thread, user: person.user, orgUid: ORG });

/** A text of `person` in the conversation `thread`. */
export const textFrom = (person, thread, content) => messageFrom(person, thread, { content });

/** Sends over the visitor's HTTP fallback; returns the answer's data. */
export const sendByHttp = (server, visitor, message) =>
  call(server.url, '/visitor/api/v1/message/send', {
    token: visitor.accessToken,
    body: { json: JSON.stringify(message) },
  });

/** Sends over the agent's HTTP fallback; returns the answer's data. */
export const sendByHttpAsAgent = (server, agent, message) =>
  call(server.url, '/api/v1/message/rest/send', {
    token: agent.accessToken,
    body: { json: JSON.stringify(message) },
  });

/** The number of messages the visitor has not read. */
export const unreadCount = (server, visitor) =>
  call(server.url, '/visitor/api/v1/message/unread/count', {
    token: visitor.accessToken,
    query: { uid: visitor.uid },
  });

/** The whole history of a visitor's conversation, oldest first. */
export async function history(server, visitor) {
  const rows = [];
  for (let pageNumber = 0; ; pageNumber += 1) {
    const page = await call(server.url, '/visitor/api/v1/message/thread/topic', {
      token: visitor.accessToken,
      query: { topic: visitor.topic, uid: visitor.uid, pageNumber, pageSize: PAGE_SIZE },
    });
    rows.push(...page.content);
    if (page.last || page.content.length === 0) {
      return rows.sort((a, b) => a.seq - b.seq);
    }
  }
}
