// MQTT packet by packet over TCP: a client that acknowledges nothing by itself and may misbehave.

import mqttPacket from 'mqtt-packet';
import { RawStream } from './raw-stream.js';
import { soon, until } from './waiting.js';

/** A connection and the packets that came on it, in order. */
export class RawMqtt {
  packets = [];
  #stream;
  #version;
  #failure;

  /** Connects to the `mqtt` listener, to speak 4 (MQTT 3.1.1) or 5. */
  static async open(server, protocolVersion = 4) {
    const raw = new RawMqtt();
    raw.#version = protocolVersion;
    raw.#stream = await RawStream.open(server.stream('mqtt'));
    const parser = mqttPacket.parser({ protocolVersion });
    parser.on('packet', (packet) => raw.packets.push(packet));
    parser.on('error', (error) => {
      raw.#failure ??= error;
    });
    raw.#stream.onMessage = ({ bytes }) => parser.parse(bytes);
    /** Resolves when the connection is gone. */
    raw.ended = raw.#stream.ended;
    return raw;
  }

  /** Says CONNECT, by default with a clean session and without keep alive; returns the CONNACK. */
  connect(fields) {
    const defaults = { protocolId: 'MQTT', protocolVersion: this.#version, clean: true, keepalive: 0 };
    this.send({ cmd: 'connect', ...defaults, ...fields });
    return this.packet('connack');
  }

  /** Subscribes to one filter and returns the SUBACK. */
  subscribe(topic, options = {}) {
    const { qos = 2, messageId = 1, ...others } = options;
    this.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos, ...others }] });
    return this.packet('suback', { messageId });
  }

  /** Publishes one message; nobody waits for an answer. */
  publish(topic, payload, fields = {}) {
    this.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false, ...fields });
  }

  /** Writes any packet. */
  send(packet) {
    this.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  /** Writes any bytes. */
  write(bytes) {
    this.#stream.binary(bytes);
  }

  /** All that came of a kind, with these fields. */
  all(cmd, fields = {}) {
    const same = (packet) => Object.entries(fields).every(([name, value]) => packet[name] === value);
    return this.packets.filter((packet) => packet.cmd === cmd && same(packet));
  }

  /** Waits for the first packet of a kind, with these fields. */
  async packet(cmd, fields = {}) {
    let gone = false;
    this.ended.then(() => {
      gone = true;
    });
    return until(`${cmd} ${JSON.stringify(fields)}`, () => {
      const [packet] = this.all(cmd, fields);
      if (this.#failure) {
        throw this.#failure;
      }
      if (!packet && gone) {
        throw new Error(`the connection ended before ${cmd}; the last packet was ${this.packets.at(-1)?.cmd}`);
      }
      return packet;
    });
  }

  /** Waits for a number of messages and returns the PUBLISH packets. */
  async messages(count) {
    await until(`${count} messages`, () => this.all('publish').length >= count);
    return this.all('publish');
  }

  /** Waits for DISCONNECT and for the end of the connection; returns the reason code. Nothing may come in between. */
  async refusal() {
    const { reasonCode } = await this.packet('disconnect');
    await this.closed();
    const last = this.packets.at(-1).cmd;
    if (this.#failure || last !== 'disconnect') {
      throw new Error(`${this.#failure?.message ?? last} after DISCONNECT`);
    }
    return reasonCode;
  }

  /** Waits until the server has ended the connection. */
  closed() {
    return soon('the server ends the connection', this.ended);
  }

  /** Says goodbye and waits for the end. */
  async disconnect(fields = {}) {
    this.send({ cmd: 'disconnect', ...fields });
    await this.closed();
  }

  /** Breaks the connection as a crash does: with a reset. */
  reset() {
    this.#stream.reset();
    return soon('the socket is closed', this.ended);
  }

  destroy() {
    this.#stream.destroy();
  }
}
