// Who we are: introductions, sign-ins, the token and its renewal. Kept in storage, so that a reload is the same person.

import type { Identity, KeyValueStore, VisitorOptions } from '../types.js';
import { parseObject, text, type JsonObject } from '../wire/json.js';
import type { HttpClient } from './http.js';
import { newId } from './uuid.js';

const KEY = 'deskwire.session';

interface Kept {
  readonly token: string | null;
  readonly identity: Identity | null;
  /** How the visitor introduced itself: said again when the token has ended. */
  readonly visitor: VisitorOptions | null;
}

/** What a session needs from its client. */
export interface SessionHost {
  readonly store: KeyValueStore;
  readonly getToken: (() => Promise<string>) | null;
  http(): HttpClient;
  changed(identity: Identity | null): void;
}

/** The user of a client. */
export class Session {
  readonly #host: SessionHost;
  #kept: Kept;
  #pending: Promise<string | null> | null = null;
  /** How we introduce ourselves as long as that is not answered, and the key under which it is done once. */
  #asked = '';
  #key = '';

  constructor(host: SessionHost) {
    this.#host = host;
    this.#kept = { token: null, identity: null, visitor: null, ...parseObject(host.store.get(KEY) ?? '') };
  }

  get identity(): Identity | null {
    return this.#kept.identity;
  }

  /** The token, fetched if there is none or `renew` says that it is no good. Null if nobody has said who we are. */
  async token(renew = false): Promise<string | null> {
    if (!renew && this.#kept.token !== null) {
      return this.#kept.token;
    }
    this.#pending ??= this.#fetchToken().finally(() => (this.#pending = null));
    return this.#pending;
  }

  /** The visitor that was here before, or a new one. */
  async init(options: VisitorOptions): Promise<Identity> {
    const before = this.#kept.identity;
    const same =
      before?.role === 'visitor' && before.organisation === options.organisation ? before.id : undefined;
    const visitor = options.visitor ?? same;
    const introduction = {
      ...options.more,
      orgUid: options.organisation,
      channel: options.channel ?? 'WEB',
      ...(options.name !== undefined && { nickname: options.name }),
      ...(options.avatar !== undefined && { avatar: options.avatar }),
      ...(visitor !== undefined && { uid: visitor, visitorUid: visitor }),
    };
    const asked = JSON.stringify(introduction);
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#key = newId(0);
    }
    const answer = await this.#host
      .http()
      .postAnonymously<JsonObject>('/visitor/api/v1/init', introduction, this.#key);
    this.#asked = '';
    const identity: Identity = {
      id: text(answer['uid']),
      name: text(answer['nickname']),
      avatar: text(answer['avatar']),
      role: 'visitor',
      organisation: options.organisation,
    };
    this.#keep({
      token: text(answer['accessToken']),
      identity,
      visitor: { ...options, visitor: identity.id },
    });
    return identity;
  }

  async login(username: string, password: string): Promise<Identity> {
    const { signIn } = await import('./sign-in.js');
    const { token, identity } = await signIn(this.#host.http(), username, password);
    this.#keep({ token, identity, visitor: null });
    return identity;
  }

  logout(): void {
    this.#kept = { token: null, identity: null, visitor: null };
    this.#host.store.remove(KEY);
    this.#host.changed(null);
  }

  async #fetchToken(): Promise<string | null> {
    if (this.#host.getToken) {
      const [token, { identityIn }] = await Promise.all([this.#host.getToken(), import('./sign-in.js')]);
      this.#keep({ ...this.#kept, token, identity: identityIn(token) });
      return token;
    }
    if (this.#kept.visitor) {
      await this.init(this.#kept.visitor);
      return this.#kept.token;
    }
    this.#kept = { ...this.#kept, token: null };
    return null;
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    // A token that the page fetches by itself is its own to keep.
    this.#host.store.set(KEY, JSON.stringify(this.#host.getToken ? { ...kept, token: null } : kept));
    this.#host.changed(kept.identity);
  }
}
