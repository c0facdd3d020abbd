// An agent: logs in over HTTP, talks to all its visitors over one MQTT connection, falls back to HTTP when it is down.
//
//   node agent.js                                       a typed line answers the visitor who wrote last
//   node agent.js --reply "One moment" --exit-after 1   answers each message by itself and leaves after the first
//
// The password comes from --password or from the environment variable DESKWIRE_AGENT_PASSWORD.

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { Outbox, Seen } from './outbox.js';
import { decodeMessage, encodeMessage, newMessage, wantsReceipt } from './protocol.js';
import { call } from './rest.js';

/** Milliseconds to wait for the PUBACK of a message before it goes over HTTP. */
const PUBACK_TIMEOUT = 5000;

/** CONNACK code "bad user name or password": the access token is no longer good. */
const NOT_AUTHENTICATED = 4;

const { values: options } = parseArgs({
  options: {
    server: { type: 'string', default: process.env.DESKWIRE_URL ?? 'http://127.0.0.1:9003' },
    org: { type: 'string', default: 'df_org_uid' },
    username: { type: 'string', default: 'agent' },
    password: { type: 'string', default: process.env.DESKWIRE_AGENT_PASSWORD },
    device: { type: 'string', default: 'example' },
    reply: { type: 'string' },
    'exit-after': { type: 'string' },
  },
});
if (!options.password) {
  console.error('no password: set DESKWIRE_AGENT_PASSWORD or pass --password');
  process.exit(2);
}

// --- 1. Log in -------------------------------------------------------------------------------------------------------

const logIn = () =>
  call(options.server, '/auth/v1/login', {
    body: { username: options.username, password: options.password, platform: 'BYTEDESK', channel: 'WEB' },
  });

let { accessToken, user: me } = await logIn();
const user = { uid: me.uid, nickname: me.nickname ?? options.username, avatar: me.avatar ?? '', type: 'AGENT' };
await call(options.server, '/api/v1/agent/update/status', { token: accessToken, body: { status: 'AVAILABLE' } });

// --- 2. The connection. It comes back by itself ----------------------------------------------------------------------

const url = new URL(options.server);
const broker = mqtt.connect(`${url.protocol.replace('http', 'ws')}//${url.host}`, {
  path: '/websocket',
  // The same name each time, and no clean session: what is said while the agent is away waits for this device.
  clientId: `${me.uid}/web/${options.device}`,
  clean: false,
  username: options.username,
  password: accessToken,
  keepalive: 30,
  reconnectPeriod: 500,
  // A refusal is not the end either: the server may be busy, or the token too old.
  reconnectOnConnackError: true,
});

// No subscription is needed: the server delivers the conversations of this agent by itself.
broker.on('connect', () => {
  console.log(`[online] ${user.nickname}`);
  outbox.retryNow();
});
broker.on('close', () => console.log('[offline]'));
broker.on('error', async (error) => {
  if (error.code === NOT_AUTHENTICATED) {
    ({ accessToken } = await logIn());
    broker.options.password = accessToken; // used by the next try
  }
});

// --- 3. Receiving ----------------------------------------------------------------------------------------------------

const seen = new Seen();
let latest; // the thread of the visitor who wrote last
let received = 0;

broker.on('message', (topic, payload) => {
  const message = decodeMessage(payload);
  if (message.user?.uid === me.uid) {
    return; // the echo of an own message; the PUBACK has confirmed it already
  }
  if (!wantsReceipt(message.type) || !seen.isNew(message.uid)) {
    return;
  }
  const thread = { ...message.thread, topic };
  latest = thread;
  received += 1;
  console.log(`${message.user?.nickname ?? topic}: ${message.content}`);
  say(thread, { type: 'READ', content: message.uid });
  if (options.reply) {
    say(thread, { content: options.reply });
  }
  leaveWhenDone();
});

// --- 4. Sending ------------------------------------------------------------------------------------------------------

const outbox = new Outbox(deliver);

/** Resolves when the server has stored the message: over MQTT the PUBACK says so, over HTTP the answer. */
async function deliver(message) {
  if (broker.connected) {
    const puback = broker.publishAsync(message.thread.topic, encodeMessage(message), { qos: 1 });
    if (await settledWithin(PUBACK_TIMEOUT, puback)) {
      return;
    }
  }
  await call(options.server, '/api/v1/message/rest/send', {
    token: accessToken,
    body: { json: JSON.stringify(message) },
  });
}

/** Whether `promise` is fulfilled within `timeout` milliseconds. */
async function settledWithin(timeout, promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, timeout, false);
  });
  const done = promise.then(
    () => true,
    () => false,
  );
  const result = await Promise.race([done, late]);
  clearTimeout(timer);
  return result;
}

async function say(thread, fields) {
  const message = newMessage({ ...fields, thread, user, orgUid: options.org });
  try {
    await outbox.add(message);
    if (message.type === 'TEXT') {
      console.log(`[sent] ${message.content}`);
    }
  } catch (refused) {
    console.error(`[refused] ${refused.message}`);
  }
  leaveWhenDone();
}

// --- 5. Life of the process ------------------------------------------------------------------------------------------

function leaveWhenDone() {
  const enough = options['exit-after'] !== undefined && received >= Number(options['exit-after']);
  if (enough && outbox.size === 0) {
    leave();
  }
}

function leave() {
  keyboard.close();
  broker.end();
}

const keyboard = createInterface({ input: process.stdin });
keyboard.on('line', (line) => {
  if (!latest) {
    console.log('[nobody has written yet]');
  } else if (line.trim()) {
    say(latest, { content: line.trim() });
  }
});
process.once('SIGINT', leave);
process.once('SIGTERM', leave);
