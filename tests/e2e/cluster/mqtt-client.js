// An agent on MQTT 5 with a session that the server keeps, who never gives up: it reconnects wherever the balancer sends it,
// and sends again what was not confirmed.

import { decodeMessage, encodeMessage } from 'deskwire-examples/protocol.js';
import mqtt from 'mqtt';
import { until } from '../waiting.js';

/** Milliseconds between two tries to reconnect, and for a try to succeed. */
const RECONNECT = 100;
const CONNECT = 8_000;

/** Seconds: how it finds out by itself that a connection is gone, and how long its session is kept without one. */
const KEEP_ALIVE = 4;
const SESSION_EXPIRY = 3_600;

/** Milliseconds after which it gives up: longer than any fault lasts, with all that has to start again. */
const PATIENCE = 120_000;

/** The least reason code that says no. */
const NO = 0x80;

/** The names of errors after which the same may be sent again. */
const AGAIN = ['busy', 'internal'];

export class MqttAgent {
  via = 'mqtt';
  #reached = new Map();
  /** What went wrong last, and when. */
  problem;
  /** Connections that have ended. */
  #ended = 0;
  /** Whether the server has once not known the session any more. */
  forgotten = false;
  #session;
  #stopped = false;
  #waiting = 0;

  /**
   * @param {{
   *   history: import('./history.js').History, server: {stream: (scheme: string) => string}, name: string, person: object,
   * }} options
   */
  constructor({ history, server, name, person }) {
    Object.assign(this, { history, name, person });
    this.client = mqtt.connect(server.stream('mqtt'), {
      protocolVersion: 5,
      clientId: `${person.uid}/web/${name}`,
      username: 'agent',
      password: person.accessToken,
      clean: false,
      properties: { sessionExpiryInterval: SESSION_EXPIRY },
      keepalive: KEEP_ALIVE,
      reconnectPeriod: RECONNECT,
      connectTimeout: CONNECT,
      // Otherwise one refusal would be its end.
      reconnectOnConnackError: true,
    });
    // The event `connect` comes later, once the library has sent again what waits. A refusal says nothing of the session.
    this.client.on('packetreceive', ({ cmd, reasonCode, sessionPresent }) => {
      if (cmd === 'connack' && reasonCode === 0) {
        this.forgotten = this.forgotten || (this.#session !== undefined && !sessionPresent);
        this.#session = history.newSession(name);
      }
    });
    // A connection that is cut is an error of its stream, and is made anew.
    this.client.on('error', ({ message }) => this.#note(message));
    this.client.on('disconnect', ({ reasonCode }) => this.#note(`DISCONNECT ${reasonCode}`));
    this.client.on('close', () => (this.#ended += 1));
    this.client.on('message', (topic, payload) => this.#receive(topic, payload));
  }

  /** How many messages are to be confirmed. */
  get waiting() {
    return this.#waiting;
  }

  reached(topic) {
    return this.#reached.get(topic) ?? 0;
  }

  /** Sends a message until it is confirmed. Resolves with whether it was: false if it was refused for good. */
  async send(message, options) {
    this.#waiting += 1;
    try {
      return await this.#deliver(message, options);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Loses its connection, and comes back. */
  reconnect() {
    this.client.stream.destroy();
  }

  stop() {
    this.#stopped = true;
    this.client.end(true);
  }

  async #deliver(message, { kept = true } = {}) {
    const conversation = message.thread.topic;
    const { uid } = message;
    for (;;) {
      if (this.#stopped) {
        throw new Error(`${this.name} has stopped`);
      }
      try {
        if (kept) {
          this.history.sent({ client: this.name, conversation, uid, via: this.via });
        }
        const packet = await this.client.publishAsync(conversation, encodeMessage(message), { qos: 1 });
        if ((packet?.reasonCode ?? 0) >= NO) {
          throw Object.assign(new Error('refused'), { code: packet.reasonCode, packet });
        }
        if (kept) {
          this.history.acknowledged({ client: this.name, conversation, uid, via: this.via });
        }
        return true;
      } catch (error) {
        const name = error.packet?.properties?.userProperties?.error;
        if (error.code >= NO && !AGAIN.includes(name)) {
          return false;
        }
        await until(`${this.name} is connected`, () => this.client.connected || this.#stopped, PATIENCE);
      }
    }
  }

  #note(problem) {
    this.problem = `(connection ${this.#ended + 1} at ${performance.now().toFixed(0)} ms: ${problem})`;
  }

  #receive(conversation, payload) {
    if (this.#stopped) {
      return;
    }
    const { seq, uid, type, content, user } = decodeMessage(payload);
    const session = this.#session;
    if (seq) {
      this.history.received({ client: this.name, session, conversation, seq, uid });
      this.#reached.set(conversation, Math.max(seq, this.reached(conversation)));
    } else if (type === 'READ') {
      this.history.read({ observer: this.name, session, conversation, user: user.uid, uid: content });
    }
  }
}
