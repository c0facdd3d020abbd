// A message as it travels: the JSON form of the protocol reference ("Messages"), the same for all carriers.

import type { Identity } from '../types.js';

/** Somebody, on the wire. */
export interface WireUser {
  readonly uid: string;
  readonly nickname?: string;
  readonly avatar?: string;
  /** VISITOR, AGENT, ROBOT, SYSTEM … */
  readonly type?: string;
}

/** A conversation, on the wire. `agent` and `extra` are JSON in a string. */
export interface WireThread {
  readonly topic: string;
  readonly uid?: string;
  readonly type?: string;
  readonly status?: string;
  readonly user?: WireUser;
  readonly agent?: string | WireUser;
  readonly extra?: string;
}

/** A message on the wire. */
export interface WireMessage {
  readonly uid: string;
  readonly type: string;
  /** Text, or JSON in a string where the type has a structure. */
  readonly content?: string;
  readonly status?: string;
  readonly channel?: string;
  readonly thread: WireThread;
  readonly user?: WireUser;
  /** JSON in a string. */
  readonly extra?: string;
  /** Milliseconds since 1970. */
  readonly timestamp?: number;
  /** Position in the log; missing on what is only passed on. */
  readonly seq?: number;
}

/** A message of ours, ready to be sent. The server knows better who and when. */
export function compose(
  uid: string,
  topic: string,
  type: string,
  content: string,
  extra: Readonly<Record<string, unknown>>,
  me: Identity,
): WireMessage {
  return {
    uid,
    type,
    content,
    status: 'SENDING',
    channel: 'WEB',
    thread: { topic },
    user: { uid: me.id, nickname: me.name, avatar: me.avatar, type: me.role.toUpperCase() },
    extra: JSON.stringify({ orgUid: me.organisation, ...extra }),
  };
}
