// A visitor: asks for a conversation over HTTP, talks over STOMP, falls back to HTTP when the connection is down.
//
//   node visitor.js                                   type lines, they are sent
//   node visitor.js --say "Hello" --exit-after 1      says it and leaves after the first answer

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Client } from '@stomp/stompjs';
import WebSocket from 'ws';
import { Outbox, Seen } from './outbox.js';
import { dotted, newMessage, wantsReceipt } from './protocol.js';
import { call } from './rest.js';

/** Milliseconds to wait for the RECEIPT of a message before it is sent again. */
const RECEIPT_TIMEOUT = 5000;

const { values: options } = parseArgs({
  options: {
    server: { type: 'string', default: process.env.DESKWIRE_URL ?? 'http://127.0.0.1:9003' },
    org: { type: 'string', default: 'df_org_uid' },
    agent: { type: 'string', default: 'df_ag_uid' },
    name: { type: 'string', default: 'Example visitor' },
    say: { type: 'string', multiple: true, default: [] },
    'exit-after': { type: 'string' },
  },
});

// --- 1. Who am I, and which conversation is mine? --------------------------------------------------------------------

const me = await call(options.server, '/visitor/api/v1/init', {
  body: { orgUid: options.org, nickname: options.name, channel: 'WEB' },
});

// The answer is the first message of the conversation (a welcome, a place in the queue, an invitation to leave a
// message), and its thread is the conversation.
const opening = await call(options.server, '/visitor/api/v1/thread', {
  token: me.accessToken,
  body: { uid: me.uid, orgUid: options.org, type: '0', sid: options.agent },
});
const { thread } = opening;
const seen = new Seen();
seen.isNew(opening.uid);
const user = { uid: me.uid, nickname: me.nickname, avatar: me.avatar ?? '', type: 'VISITOR' };
console.log(`[${opening.type}] ${opening.content}`);

// --- 2. The connection. It comes back by itself ----------------------------------------------------------------------

const url = new URL('/stomp', options.server);
url.protocol = url.protocol.replace('http', 'ws');

const stomp = new Client({
  webSocketFactory: () => new WebSocket(url, ['v12.stomp']),
  connectHeaders: {
    Authorization: `Bearer ${me.accessToken}`,
    // The server remembers for each device how far it has read, so another tab of the same visitor takes its own name.
    device: 'example',
  },
  heartbeatIncoming: 10_000,
  heartbeatOutgoing: 10_000,
  reconnectDelay: 500,
});

stomp.onConnect = () => {
  // No pause is needed between CONNECTED and this. The subscription goes on where this device stopped: what was said
  // while it was away comes first.
  console.log('[online]');
  stomp.subscribe(`/topic/${dotted(thread.topic)}`, onFrame, { ack: 'client' });
  outbox.retryNow();
};
stomp.onStompError = (frame) => console.error(`[refused] ${frame.headers.message}`);
stomp.onWebSocketClose = () => console.log('[offline]');

// --- 3. Receiving ----------------------------------------------------------------------------------------------------

let answers = 0;

function onFrame(frame) {
  const message = JSON.parse(frame.body);
  // The server sends everyone's messages to everyone, so the own ones come back with their final time and seq.
  if (message.user?.uid !== me.uid) {
    onMessage(message);
  }
  // Acknowledged last: whatever is not acknowledged comes again after a reconnect.
  frame.ack();
}

function onMessage(message) {
  switch (message.type) {
    case 'READ':
    case 'DELIVERED':
    case 'TYPING':
    case 'PREVIEW':
    case 'PROCESSING':
      return;
    case 'RECALL':
      console.log('[a message was taken back]');
      return;
  }
  if (!seen.isNew(message.uid)) {
    return;
  }
  console.log(`${message.user?.nickname ?? 'Server'}: ${message.content}`);
  if (wantsReceipt(message.type)) {
    answers += 1;
    say({ type: 'READ', content: message.uid });
    leaveWhenDone();
  }
}

// --- 4. Sending ------------------------------------------------------------------------------------------------------

const outbox = new Outbox(deliver);

/** Resolves when the server has stored the message: over STOMP its RECEIPT says so, over HTTP the answer. */
async function deliver(message) {
  const body = JSON.stringify(message);
  if (!stomp.connected) {
    await call(options.server, '/visitor/api/v1/message/send', { token: me.accessToken, body: { json: body } });
    return;
  }
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no receipt')), RECEIPT_TIMEOUT);
    stomp.watchForReceipt(message.uid, () => {
      clearTimeout(timer);
      resolve();
    });
    stomp.publish({ destination: `/app/${dotted(thread.topic)}`, body, headers: { receipt: message.uid } });
  });
}

async function say(fields) {
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
  const enough = options['exit-after'] !== undefined && answers >= Number(options['exit-after']);
  if (enough && outbox.size === 0) {
    leave();
  }
}

function leave() {
  keyboard.close();
  stomp.deactivate();
}

const keyboard = createInterface({ input: process.stdin });
keyboard.on('line', (line) => line.trim() && say({ content: line.trim() }));
process.once('SIGINT', leave);
process.once('SIGTERM', leave);

stomp.activate();
options.say.forEach((content) => say({ content }));
