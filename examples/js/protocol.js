// What both sides of a conversation have to know about the messages: their two encodings, their names, their receipts.
//
// A message is one plain object everywhere in these examples. On STOMP and HTTP it travels as JSON, on MQTT as protobuf.

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const root = new protobuf.Root();
// The schema of the server itself: copy the folder `proto` along with this file.
root.resolvePath = (_origin, target) =>
  target.startsWith('/') ? target : fileURLToPath(new URL(`../../proto/${target}`, import.meta.url));
const MessageType = root.loadSync('message.proto').lookupType('Message');

/** Types whose receiver confirms them with READ or DELIVERED. */
const WITH_RECEIPT = new Set(['TEXT', 'IMAGE', 'FILE', 'AUDIO', 'VIDEO']);

/** Whether the receiver of a message of this type sends a receipt for it. */
export const wantsReceipt = (type) => WITH_RECEIPT.has(type);

/** A new message uid: 32 hexadecimal digits. */
export const newUid = () => randomUUID().replaceAll('-', '');

/** `org/agent/a/v` as STOMP destinations spell it: `org.agent.a.v`. */
export const dotted = (topic) => topic.replaceAll('/', '.');

/**
 * A message ready to be sent.
 *
 * Its `uid` is its identity: whoever is unsure whether it arrived sends the same object again, on any protocol, and the
 * server keeps it once.
 */
export function newMessage({ type = 'TEXT', content, thread, user, orgUid, channel = 'WEB', uid = newUid() }) {
  return {
    uid,
    type,
    content,
    status: 'SENDING',
    createdAt: new Date().toISOString(),
    channel,
    extra: JSON.stringify({ orgUid }),
    thread,
    user,
  };
}

/** Encodes a message object as the protobuf `Message`. Keys that the schema does not have are left out. */
export function encodeMessage(message) {
  return Buffer.from(MessageType.encode(MessageType.fromObject(withoutNulls(message))).finish());
}

/**
 * Decodes a protobuf `Message` into the object that the JSON form has too, with numbers for `seq` and `timestamp`.
 *
 * @throws when the bytes are not a `Message`.
 */
export function decodeMessage(bytes) {
  return MessageType.toObject(MessageType.decode(bytes), { longs: Number });
}

function withoutNulls(value) {
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const kept = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]));
}
