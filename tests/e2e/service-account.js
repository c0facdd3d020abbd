// The service account of the tests: it may speak and listen on all live topics.

import { MqttPeer } from './mqtt-peer.js';
import { RawMqtt } from './raw-mqtt.js';
import { RawStomp } from './raw-stomp.js';

/** What a server needs in its environment to know the account. */
export const WITH_SERVICE = { DESKWIRE_SERVICE_ACCOUNT: 'robot:robot-secret' };

/** The headers of its CONNECT. */
export const SERVICE = { login: 'robot', passcode: 'robot-secret' };

/** What a CONNECT packet of it says. */
const CREDENTIALS = { username: SERVICE.login, password: SERVICE.passcode };

let devices = 0;

/** A client id that no other connection of this file has. */
export function newClientId() {
  devices += 1;
  return `robot/service/device${devices}`;
}

/**
 * A stock MQTT client of the account that ends with the test; with a clean session of its own unless told otherwise.
 *
 * @param {Parameters<typeof MqttPeer.connect>[1]} options of the connection.
 */
export async function mqttService(t, server, options = {}) {
  const peer = await MqttPeer.connect(server, { clientId: newClientId(), clean: true, ...CREDENTIALS, ...options });
  t.after(() => peer.client.end(true));
  return peer;
}

/**
 * A raw MQTT connection of the account, past its CONNACK, that ends with the test.
 *
 * @param {Partial<import('mqtt-packet').IConnectPacket>} connect fields of CONNECT that differ.
 * @param {RawMqtt} [opened] a connection that is open already.
 */
export async function rawMqttService(t, server, connect = {}, opened) {
  const raw = opened ?? (await RawMqtt.open(server, connect.protocolVersion));
  t.after(() => raw.destroy());
  raw.connack = await raw.connect({ clientId: newClientId(), ...CREDENTIALS, ...connect });
  return raw;
}

/**
 * A raw STOMP connection of the account, CONNECTED, that ends with the test.
 *
 * @param {{version?: string, headers?: Record<string, string>, carrier?: object}} options of STOMP 1.2 or else;
 *   further headers of CONNECT; what to speak over instead of a WebSocket.
 */
export async function rawService(t, server, { version = '1.2', headers = {}, carrier } = {}) {
  const raw = carrier ? new RawStomp(carrier) : await RawStomp.open(server);
  t.after(() => raw.destroy());
  raw.connected = await raw.connect({ 'accept-version': version, ...SERVICE, ...headers });
  return raw;
}
