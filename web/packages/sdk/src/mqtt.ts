// The carrier `mqtt`: MQTT 5 over WebSocket with protobuf, as agents of other programs speak. An entry of its own, as it
// is larger than everything else together.

import { create, fromBinary, MessageSchema, toBinary, type Message } from '@deskwire/proto';
import mqtt, { type MqttClient } from 'mqtt';
import type { ChatError } from './errors/chat-error.js';
import { asChatError, errorOf, serverError } from './errors/from-server.js';
import { history } from './transports/http-api.js';
import type { Carrier, Feed, Link, LinkRequest } from './types.js';
import { parseObject, text } from './wire/json.js';
import type { WireMessage } from './wire/message.js';

/** Hidden pages may beat their hearts once a minute only. */
const KEEP_ALIVE_S = 60;

/** Reason codes of MQTT 5 from here on are refusals. */
const REFUSED = 0x80;
const NOT_AUTHORISED = [0x86, 0x87];

/** MQTT over WebSocket, for `transports`. */
export const mqttCarrier: Carrier = {
  name: 'mqtt',
  async open(request, signal) {
    const { endpoint, token, user, device } = request;
    const client = mqtt.connect(`${endpoint.replace(/^http/, 'ws')}/websocket`, {
      clientId: `${user}/web/${device}`,
      username: user,
      password: token,
      protocolVersion: 5,
      clean: false,
      properties: { sessionExpiryInterval: 3600 },
      keepalive: KEEP_ALIVE_S,
      timerVariant: 'native',
      // We come back in our own way.
      reconnectPeriod: 0,
      queueQoSZero: false,
    });
    signal.addEventListener('abort', () => client.end(true));
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', (error) => reject(connectError(error)));
      client.once('close', () => reject(errorOf('NETWORK', 'the connection was cut')));
    });
    return new MqttLink(client, request);
  },
};

class MqttLink implements Link {
  readonly live = true;
  readonly #client: MqttClient;
  readonly #request: LinkRequest;
  #closed = false;

  constructor(client: MqttClient, request: LinkRequest) {
    this.#client = client;
    this.#request = request;
    client.on('message', (topic, payload) => this.#message(topic, payload));
    client.on('packetreceive', () => request.events.heard());
    client.on('error', () => undefined); // the close behind it says enough
    client.on('close', () => {
      if (!this.#closed) {
        this.#closed = true;
        request.events.closed(errorOf('NETWORK', 'the connection was cut'));
      }
    });
  }

  async follow(topic: string, afterSeq: number | null): Promise<void> {
    const { http, role, events } = this.#request;
    await this.#subscribe(topic, 1);
    // A session knows where its device stands, not where this page does.
    for (let after = afterSeq; after !== null;) {
      const page = await history(http, role, topic, { after });
      page.content.forEach((message) => events.message(message));
      after = page.last ? null : (page.content.at(-1)?.seq ?? null);
    }
  }

  unfollow(topic: string): void {
    this.#client.unsubscribe(topic);
  }

  async listen(feed: Feed): Promise<void> {
    const { user } = this.#request;
    // Its conversations come to an agent without asking.
    const topics = {
      messages: null,
      notify: `user/${user}`,
      seats: 'seat/status',
      queue: `org/queue/${user}`,
    };
    const topic = topics[feed];
    if (topic !== null) {
      await this.#subscribe(topic, 0);
    }
  }

  publish(message: WireMessage): void {
    this.#client.publish(message.thread.topic, encode(message), { qos: 1 }, (error, packet) => {
      // The error names the code only; the server's words are in the packet.
      const said = (
        packet as
          { properties?: { reasonString?: string; userProperties?: Record<string, unknown> } } | undefined
      )?.properties;
      const named = { code: said?.userProperties?.['error'] };
      const refusal =
        error && (said?.reasonString === undefined ? refused(error) : serverError(said.reasonString, named));
      if (refusal && !this.#closed) {
        this.#request.events.refused(message.uid, refusal);
      }
    });
  }

  probe(): Promise<void> {
    return this.#subscribe(`user/${this.#request.user}`, 0);
  }

  close(): void {
    this.#closed = true;
    this.#client.end(true);
  }

  #subscribe(topic: string, qos: 0 | 1): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.subscribe(topic, { qos }, (error) => (error ? reject(refused(error)) : resolve()));
    });
  }

  #message(topic: string, payload: Uint8Array): void {
    const { events, user } = this.#request;
    if (topic.startsWith('seat/') || payload[0] === 0x7b) {
      const feed = topic.startsWith('seat/') ? 'seats' : 'notify';
      events.told(feed, parseObject(new TextDecoder().decode(payload)));
      return;
    }
    const message = decode(payload);
    if (topic === `user/${user}`) {
      const { uid: refusedId, error } = parseObject(message.extra) ?? {};
      const uid = text(refusedId);
      if (message.type === 'ERROR' && uid) {
        events.refused(uid, serverError(message.content ?? '', { code: error }));
      } else {
        events.told('notify', message);
      }
    } else {
      events.message(message.thread.topic ? message : { ...message, thread: { ...message.thread, topic } });
    }
  }
}

/** A message as protobuf; what the schema does not have is left out. */
function encode({ uid, type, content, status, channel, thread, user, extra }: WireMessage): Buffer {
  const message = create(MessageSchema, {
    uid,
    type,
    content: content ?? '',
    status: status ?? '',
    channel: channel ?? '',
    extra: extra ?? '',
    thread: { topic: thread.topic },
    ...(user && {
      user: {
        uid: user.uid,
        nickname: user.nickname ?? '',
        avatar: user.avatar ?? '',
        type: user.type ?? '',
      },
    }),
  });
  // mqtt.js writes Buffers, which in browsers are its own kind of byte array.
  return toBinary(MessageSchema, message) as Buffer;
}

function decode(payload: Uint8Array): WireMessage {
  const { uid, type, content, status, channel, thread, user, extra, seq, timestamp }: Message = fromBinary(
    MessageSchema,
    payload,
  );
  return {
    uid,
    type,
    content,
    status,
    channel,
    extra,
    thread: {
      topic: thread?.topic ?? '',
      uid: thread?.uid ?? '',
      type: thread?.type ?? '',
      status: thread?.status ?? '',
      extra: thread?.extra ?? '',
      ...(thread?.user && { user: thread.user }),
    },
    ...(user && { user }),
    timestamp: Number(timestamp),
    ...(seq > 0n && { seq: Number(seq) }),
  };
}

function connectError(error: Error): ChatError {
  const code = (error as { code?: number | string }).code;
  return typeof code === 'number' && NOT_AUTHORISED.includes(code)
    ? errorOf('AUTH_EXPIRED', error.message)
    : asChatError(error);
}

function refused(error: Error): ChatError {
  const code = (error as { code?: number | string }).code;
  return typeof code === 'number' && code >= REFUSED
    ? serverError(error.message)
    : errorOf('CLOSED', error.message);
}
