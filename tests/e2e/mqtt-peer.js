// A stock MQTT client (mqtt) that writes down everything it receives.

import { decodeMessage, encodeMessage } from 'deskwire-examples/protocol.js';
import mqtt from 'mqtt';
import { soon, until } from './waiting.js';

/** A connection and what came on it, in order: `{topic, payload, packet, message, seq}`. */
export class MqttPeer {
  received = [];
  /** The DISCONNECT packets of the server (MQTT 5). */
  disconnects = [];

  /**
   * Connects. Rejects with the CONNACK's reason (`error.code`) when it is refused.
   *
   * @param {import('mqtt').IClientOptions & {endpoint?: string}} options of the client; endpoint: the server's URL, of
   *   HTTP or `mqtt`.
   */
  static async connect(server, { endpoint = server.url, ...options }) {
    const peer = new MqttPeer();
    peer.client = mqtt.connect(endpoint.replace('http', 'ws'), {
      path: '/websocket',
      keepalive: 30,
      clean: false,
      reconnectPeriod: 0,
      ...options,
    });
    peer.client.on('message', (topic, payload, packet) => peer.#receive(topic, payload, packet));
    peer.client.on('disconnect', (packet) => peer.disconnects.push(packet));
    /** Resolves when the connection is gone. */
    peer.closed = new Promise((resolve) => peer.client.once('close', resolve));
    const connected = new Promise((resolve, reject) => {
      peer.client.once('connect', resolve);
      peer.client.on('error', reject);
      peer.client.once('close', () => reject(new Error('closed before CONNACK')));
    });
    try {
      peer.connack = await soon('CONNACK', connected);
    } catch (error) {
      peer.client.end(true);
      throw error;
    }
    return peer;
  }

  /** An agent as in the agent documentation. `device` is the last part of the client id. */
  static asAgent(server, agent, { device = 'device1', ...options } = {}) {
    return MqttPeer.connect(server, {
      clientId: `${agent.uid}/web/${device}`,
      username: 'agent',
      password: agent.accessToken,
      ...options,
    });
  }

  /** What came in the conversation `topic`. */
  in(topic) {
    return this.received.filter((item) => item.topic === topic);
  }

  /** Waits for the first item that `matches(message, item)`. */
  item(what, matches) {
    return until(what, () => this.received.find((item) => item.message && matches(item.message, item)));
  }

  /** Waits for the message `uid`. */
  async message(uid) {
    return (await this.item(`message ${uid} by MQTT`, (message) => message.uid === uid)).message;
  }

  /** Publishes a message as protobuf into its conversation. Resolves with PUBACK or PUBCOMP; at QoS 0 when written. */
  send(message, { qos = 1, topic = message.thread.topic, patience } = {}) {
    return this.publish(topic, encodeMessage(message), { qos, patience });
  }

  /** Publishes any payload. Resolves with PUBACK or PUBCOMP; rejects with the reason (`error.code`) in MQTT 5. */
  publish(topic, payload, { qos = 1, patience, ...options } = {}) {
    return soon(`PUBACK on ${topic}`, this.client.publishAsync(topic, payload, { qos, ...options }), patience);
  }

  /** Subscribes; resolves with the granted QoS of each filter. Rejects with the reason (`error.code`) of a refusal. */
  async subscribe(filters, { qos = 2, ...options } = {}) {
    const subscribed = this.client.subscribeAsync(filters, { qos, ...options }).catch((error) => {
      const code = error.packet?.granted.find((reason) => reason >= 0x80);
      throw Object.assign(error, { code });
    });
    return (await soon(`SUBACK of ${filters}`, subscribed)).map((grant) => grant.qos);
  }

  /** The next packet of a kind, as `suback`, that the server sends. */
  next(cmd) {
    const came = new Promise((resolve) => {
      const look = (packet) => {
        if (packet.cmd === cmd) {
          this.client.off('packetreceive', look);
          resolve(packet);
        }
      };
      this.client.on('packetreceive', look);
    });
    return soon(`${cmd} comes`, came);
  }

  /** The texts that came on `topic`, in order. */
  texts(topic) {
    return this.in(topic).map(({ payload }) => payload.toString());
  }

  /** Waits for the first message on `topic` and returns its packet. */
  async first(topic) {
    return (await until(`a message on ${topic}`, () => this.in(topic)[0])).packet;
  }

  /** Says goodbye and closes. */
  disconnect() {
    return this.client.endAsync();
  }

  /** Cuts the connection as a broken network does. */
  async cut() {
    this.client.stream.destroy();
    await soon('the socket is closed', this.closed);
    this.client.end(true);
  }

  #receive(topic, payload, packet) {
    let message;
    try {
      message = decodeMessage(payload);
    } catch {
      // Not a conversation's topic: the payload is anyone's bytes.
    }
    this.received.push({ topic, payload, packet, message, seq: message?.seq });
  }
}
