// An agent for two-sided stories: online over STOMP with the stock client, and everything else over HTTP.

import { Client } from '@stomp/stompjs';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

/** Asks the server's HTTP API; returns `data`. */
export async function call(server, path, { token, body, query } = {}) {
  const url = new URL(path, server);
  for (const [key, value] of Object.entries(query ?? {})) {
    url.searchParams.set(key, value);
  }
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const { code, message, data } = await response.json();
  if (code !== 200) {
    throw new Error(`${path}: ${code} ${message}`);
  }
  return data;
}

/** Somebody at the desk. */
export class Agent {
  #server;
  #client;
  /** Every message that has come, by topic; the latest last. */
  heard = [];

  static async login(server, username, password) {
    const agent = new Agent();
    agent.#server = server;
    const { accessToken, user } = await call(server, '/auth/v1/login', { body: { username, password } });
    agent.token = accessToken;
    agent.user = { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' };
    return agent;
  }

  /** Comes online, so that visitors are given to it. */
  async online() {
    const client = new Client({
      webSocketFactory: () => new WebSocket(`${this.#server.replace('http', 'ws')}/stomp`, ['v12.stomp']),
      connectHeaders: { Authorization: `Bearer ${this.token}` },
      reconnectDelay: 0,
    });
    await new Promise((resolve, reject) => {
      client.onConnect = resolve;
      client.onStompError = ({ headers }) => reject(new Error(headers.message));
      client.onWebSocketError = reject;
      client.activate();
    });
    this.#client = client;
    await call(this.#server, '/api/v1/agent/update/status', {
      token: this.token,
      body: { status: 'AVAILABLE' },
    });
    return this;
  }

  async offline() {
    await this.#client?.deactivate();
  }

  post(path, body) {
    return call(this.#server, path, { token: this.token, body });
  }

  get(path, query) {
    return call(this.#server, path, { token: this.token, query });
  }

  /** The conversations it has, the newest first. */
  async threads() {
    return (await this.get('/api/v1/thread/query', { pageSize: 100 })).content;
  }

  /** Says something of any type on a topic. */
  say(topic, content, type = 'TEXT', more = {}) {
    const message = {
      uid: randomUUID(),
      type,
      content: typeof content === 'string' ? content : JSON.stringify(content),
      thread: { topic },
      user: this.user,
      channel: 'WEB',
      ...more,
    };
    return this.post('/api/v1/message/rest/send', { json: JSON.stringify(message) });
  }

  /** Tells that it is writing, which is not kept. */
  type(topic) {
    return this.say(topic, '', 'TYPING');
  }

  /** Has read everything up to the newest entry. */
  async read(topic) {
    const { content } = await this.get('/api/v1/message/thread/topic', { topic, pageSize: 1 });
    return this.say(topic, content[0].uid, 'READ');
  }

  async history(topic) {
    const { content } = await this.get('/api/v1/message/thread/topic', { topic, pageSize: 100 });
    return content.sort((a, b) => a.seq - b.seq);
  }
}
