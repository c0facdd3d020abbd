// The client of the fourth documentation: its wrapper around sockjs-client and stompjs 2.3.3, for notices to a user.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import SockJS from 'sockjs-client';
import Stomp from 'stompjs';
import { newVisitor } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { callPush, push } from './pushes.js';
import { WITH_SERVICE } from './service-account.js';
import { until } from './waiting.js';

/** The documentation's seconds pass this much faster here. */
const FASTER = 50;

const server = await serverForThisFile({ env: WITH_SERVICE });
let visitor;

before(async () => {
  visitor = await newVisitor(server);
});

const setTimeout = (callback, delay) => globalThis.setTimeout(callback, delay / FASTER);

/** What the page keeps, and where the class finds its host. */
const sessionStorage = { getItem: () => server.url };

/** The documentation's class, statement by statement. */
class WebSocket {
  constructor() {
    this.host = sessionStorage.getItem('wshost') || '';
    this.tryTimes = 1;
    this.callback = null;
    this.client = null;
    this.reconTimeout = null;
    this.debug = true;
    this.interval = 20;
    this.vm = null;
    this.nextDate = 0;
    this.connects = 1;
    this.recon = false;
    this.sendTimeout = null;
  }

  connect() {
    if (!this.client) {
      let socket = new SockJS(this.host + this.url);
      this.client = Stomp.over(socket);
    }
    if (!this.debug) {
      this.client.debug = () => {};
    }
    this.client.connect(
      {},
      () => {
        this.recon = true;
        this.connects = 1;
        this.subscribe();
      },
      (error) => {
        let diffSecond = parseInt((new Date() - this.nextDate) / 1000, 10);
        if (this.connects > 5 && diffSecond < this.interval) {
          this.client.disconnect();
          this.error && this.error(error);
        } else {
          this.reconTimeout = setTimeout(() => {
            this.connect();
            this.connects++;
          }, 5000);
        }
      },
    );
  }

  subscribe() {
    this.client.subscribe(this.take, (response) => {
      if (response && (this.callback || this.success)) {
        let callback = this.callback || this.success;
        callback(JSON.parse(response.body));
      }
    });
  }

  init(option, vm) {
    for (let i in option) {
      this[i] = option[i];
    }
    this.vm = vm;
    this.connect();
  }

  send(data) {
    if (this.recon) {
      clearTimeout(this.sendTimeout);
      this.client.send(this.take, {}, typeof data === 'string' ? data : JSON.stringify(data));
    } else {
      this.sendTimeout = setTimeout(() => {
        this.send(data);
      }, 1000);
    }
  }

  destroy() {
    if (this.client) {
      this.client.disconnect();
    }
    this.reconTimeout && clearTimeout(this.reconTimeout);
    this.sendTimeout && clearTimeout(this.sendTimeout);
  }
}

function socket(option, vm) {
  const socket = new WebSocket();
  socket.init(option, vm);
  return socket;
}

/** The notice of the documentation, in short. */
const notice = (title) => ({
  data: { menuTipsMap: null, sysMsgList: [{ id: '1791022789439037441', title }], sysMsgNums: 11, onlineUserNums: null },
  fromUserId: null,
  fromUserName: null,
});

/** A page of the visitor with the documentation's call; `received` is what its callback got. */
function page(t, { url = '/main2/ws' } = {}) {
  const received = [];
  const opened = socket({
    url: `${url}?token=${visitor.accessToken}`,
    take: '/user/topic/all',
    debug: false,
    success: (res) => received.push(res.data),
  });
  t.after(() => {
    clearTimeout(opened.sendTimeout);
    if (opened.client.connected) {
      opened.destroy();
    } else {
      // Without its callback the loop does not begin anew.
      opened.client.ws.onclose = null;
      opened.client.ws.close();
      clearTimeout(opened.reconTimeout);
    }
  });
  return { opened, received };
}

/** Pushes notices until one arrives: when the page's subscription is active is not told to it. */
async function notified({ received }, title) {
  await until(`the notice ${title}`, async () => {
    await push(server, visitor.uid, { destination: '/topic/all', payload: notice(title) });
    return received.some(({ sysMsgList }) => sysMsgList[0].title === title);
  });
}

test('a push to the user arrives in the callback', async (t) => {
  const { opened, received } = page(t);
  await notified({ received }, '待办通知 👋');
  assert.deepEqual(received[0], notice('待办通知 👋').data);
  assert.equal(opened.client.ws.transport, 'websocket');
});

test('send({id: 123123}) to what it subscribed to keeps the connection', async (t) => {
  const { opened, received } = page(t);
  opened.send({ id: 123123 });
  await until('it is sent', () => opened.recon);
  await notified({ received }, 'still connected');
  assert.equal(opened.client.connected, true);
  assert.equal(opened.connects, 1);
});

test('heart-beats of ten seconds are negotiated', async (t) => {
  const { opened, received } = page(t);
  await notified({ received }, 'connected');
  assert.deepEqual(opened.client.heartbeat, { outgoing: 10_000, incoming: 10_000 });
  assert.ok(opened.client.pinger && opened.client.ponger, 'the library beats and watches');
});

test('what goes to /topic/all does not arrive at /user/topic/all', async (t) => {
  const { received } = page(t);
  await notified({ received }, 'before');
  const { status } = await callPush(server, 'broadcast', { destination: '/topic/all', payload: notice('for all') });
  assert.equal(status, 200);
  await notified({ received }, 'behind');
  assert.ok(!received.some(({ sysMsgList }) => sysMsgList[0].title === 'for all'));
});

test('after a restart of the server its loop runs, and the page’s next socket is served', async (t) => {
  const before = page(t);
  await notified(before, 'before the restart');
  await server.kill();
  await server.restart();
  // The loop begins anew with the same, closed SockJS object, so that this socket stays silent whatever the server does.
  await until('the loop has run', () => before.opened.connects > 1);
  before.opened.client = null;
  before.opened.connect();
  await notified(before, 'after the restart');
});

test('destroy() ends the session, and the user’s other pages go on', async (t) => {
  const [gone, stays] = [page(t), page(t)];
  await Promise.all([notified(gone, 'both'), notified(stays, 'both')]);
  gone.opened.destroy();
  const heard = gone.received.length;
  await notified(stays, 'behind it');
  assert.equal(gone.received.length, heard);
});
