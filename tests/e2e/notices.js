// Notices over HTTP: what business systems post, and what users ask without a socket.

import { SERVICE } from './service-account.js';

/** The path of the notices of an agent, and of a visitor. */
const OF_AGENTS = '/api/v1/notices';
const OF_VISITORS = '/visitor/api/v1/notices';

/** Calls the server; returns the response's status and JSON. */
async function ask(server, path, { method = 'POST', body, headers = {} }) {
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json().catch(() => undefined) };
}

/** As {@link ask}, for what must not be refused; returns the answer's data. */
async function demand(server, path, request) {
  const { status, answer } = await ask(server, path, request);
  if (status !== 200 || answer?.code !== 200) {
    throw new Error(`${path} was refused: HTTP ${status}, ${JSON.stringify(answer)}`);
  }
  return answer.data;
}

const asService = (key = `${SERVICE.login}:${SERVICE.passcode}`) => ({ 'x-service-key': key });

/** Posts a notice; returns the response's status and JSON. */
export const tryPosting = (server, notice, { key, headers } = {}) =>
  ask(server, OF_AGENTS, { body: notice, headers: { ...asService(key), ...headers } });

/** Posts a notice; returns `{id, recipients, timestamp, repeated}`. */
export const post = (server, notice, headers) =>
  demand(server, OF_AGENTS, { body: notice, headers: { ...asService(), ...headers } });

/** Takes a notice back, by `{id}` or `{businessId}`. */
export const withdraw = (server, which) =>
  demand(server, `${OF_AGENTS}/withdraw`, { body: which, headers: asService() });

/** The notices of a user over HTTP. */
export class HttpNotices {
  #server;
  #base;
  #headers;

  /** @param {{uid: string, accessToken: string, user: {type: string}}} person a visitor or an agent. */
  constructor(server, person) {
    this.#server = server;
    this.#base = person.user.type === 'VISITOR' ? OF_VISITORS : OF_AGENTS;
    this.#headers = { authorization: `Bearer ${person.accessToken}` };
  }

  #get(path) {
    return demand(this.#server, `${this.#base}${path}`, { method: 'GET', headers: this.#headers });
  }

  /** The frame that somebody who listens has. */
  feed() {
    return this.#get('/feed');
  }

  /** A page of the history: `{content, next}`. */
  history(query = {}) {
    return this.#get(`?${new URLSearchParams(query)}`);
  }

  /** Says what was read; returns `{read, sysMsgNums, menuTipsMap}`. */
  read(which) {
    return demand(this.#server, `${this.#base}/read`, { body: which, headers: this.#headers });
  }
}
