// Who somebody is that does not introduce itself as a visitor: agents sign in, and pages may bring tokens of their own.

import { asChatError, errorOf } from '../errors/from-server.js';
import type { Identity } from '../types.js';
import { object, parseObject, text, type JsonObject } from '../wire/json.js';
import type { HttpClient } from './http.js';

/** Signs an agent in. @throws ChatError `AUTH_REFUSED` if name or password are wrong */
export async function signIn(
  http: HttpClient,
  username: string,
  password: string,
): Promise<{ token: string; identity: Identity }> {
  const answer = await http
    .postAnonymously<JsonObject>('/auth/v1/login', { username, password, channel: 'WEB' })
    .catch((thrown: unknown) => {
      const error = asChatError(thrown);
      throw error.status === 401 ? errorOf('AUTH_REFUSED', error.message, { cause: error }) : error;
    });
  return { token: text(answer['accessToken']), identity: agentIdentity(object(answer['user'])) };
}

/** Whom a token is for: its claims can be read, though only the server can tell whether they are true. */
export function identityIn(token: string): Identity {
  const claims = parseObject(decode(token.split('.')[1] ?? '')) ?? {};
  return {
    id: text(claims['sub']),
    name: text(claims['name']),
    avatar: '',
    role: /^visitor$/i.test(text(claims['role'])) ? 'visitor' : 'agent',
    organisation: text(claims['org']),
  };
}

function decode(base64url: string): string {
  try {
    const bytes = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return '';
  }
}

function agentIdentity(profile: JsonObject): Identity {
  return {
    id: text(profile['uid']),
    name: text(profile['nickname']) || text(profile['username']),
    avatar: text(profile['avatar']),
    role: 'agent',
    organisation: text(object(profile['currentOrganization'])['uid']) || text(profile['orgUid']),
  };
}
