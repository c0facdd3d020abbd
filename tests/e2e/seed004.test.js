// The client of the fourth documentation: its wrapper around sockjs-client and stompjs 2.3.3, for notices to a user.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import SockJS from 'sockjs-client';
import Stomp from 'stompjs';
import { newVisitor } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { HttpNotices, post, withdraw } from './notices.js';
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

/** A page of `who` with the documentation's call; `received` is what its callback got, `sysMsg` the list that it shows. */
function page(t, { url = '/main2/ws', who = visitor } = {}) {
  const received = [];
  const shown = {};
  const opened = socket({
    url: `${url}?token=${who.accessToken}`,
    take: '/user/topic/all',
    debug: false,
    success: (res) => {
      received.push(res.data);
      // The documentation's loop: what is null leaves the page as it is.
      const data = res.data || {};
      for (const i in data) {
        if (data[i] !== null && data[i] !== undefined) {
          shown[i] = data[i];
        }
      }
    },
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
  return { opened, received, shown };
}

/** Pushes notices as they are until one arrives: when the page's subscription is active is not told to it. */
async function notified({ received }, title) {
  await until(`the notice ${title}`, async () => {
    await push(server, visitor.uid, { destination: '/topic/all', payload: notice(title) });
    return received.some(({ sysMsgList }) => sysMsgList?.[0]?.title === title);
  });
}

test('a push to the user arrives in the callback', async (t) => {
  const { opened, received } = page(t);
  await notified({ received }, '待办通知 👋');
  const pushed = received.find(({ sysMsgList }) => sysMsgList.length > 0);
  assert.deepEqual(pushed, notice('待办通知 👋').data);
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
  assert.ok(!received.some(({ sysMsgList }) => sysMsgList[0]?.title === 'for all'));
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

/** A to-do notice as the documentation shows one. */
const TODO = {
  title: '待办通知:谭志，您好！请及时办理《采购项目变更申请》',
  handlerUrl: '/service/assets/index.html#/project/change-project-todo?id=xCUNxVaAdFEetM3dl156qWl881ddwUJC',
  menuKey: 'project',
  pendingId: '9c5df044f6114adea4bb863fb4257656',
  metaData: { accept_dept_short: '研发中心', urgencyText: '普通', urgency: 0, bcode: 't_pm_project_changes' },
};

test('a notice comes as the documentation shows it, with the page’s list and number', async (t) => {
  const who = await newVisitor(server);
  const { received, shown } = page(t, { who });
  await until('the page knows that there is nothing', () => shown.sysMsgNums === 0);
  assert.deepEqual(received[0], {
    menuTipsMap: {},
    sysMsgList: [],
    sysMsgNums: 0,
    onlineUserNums: null,
    extraData: null,
  });
  const { id } = await post(server, { userId: who.uid, ...TODO });
  await until('the notice is shown', () => shown.sysMsgNums === 1);
  const [row] = shown.sysMsgList;
  const { time, timestamp, ...rest } = row;
  assert.match(time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.equal(typeof timestamp, 'number');
  assert.deepEqual(rest, {
    id,
    title: TODO.title,
    handlerUrl: TODO.handlerUrl,
    userId: who.uid,
    metaData: TODO.metaData,
    pendingId: TODO.pendingId,
    ownerId: who.uid,
    ownerIdentityId: who.uid,
    content: '',
    menuKey: 'project',
    seq: 1,
    expiresAt: null,
    read: false,
    readAt: null,
  });
  assert.deepEqual(shown.menuTipsMap, { project: 1 });
});

test('send({id}) to what it subscribed to marks a notice read, on all pages of the user', async (t) => {
  const who = await newVisitor(server);
  const [first, second] = [page(t, { who }), page(t, { who })];
  const ids = [];
  for (const title of ['one', 'two', 'three']) {
    ids.push((await post(server, { user: who.uid, title })).id);
  }
  const titles = ({ shown }) => shown.sysMsgList?.map(({ title }) => title).join();
  const both = (expected) =>
    until(`both pages show ${expected}`, () => [first, second].every((one) => titles(one) === expected));
  await both('three,two,one');
  first.opened.send({ id: ids[1] });
  await both('three,one');
  second.opened.send({ all: true, upToSeq: 1 });
  await both('three');
  first.opened.send('no JSON');
  await withdraw(server, { id: ids[2] });
  await both('');
  assert.equal(first.opened.client.connected, true);
});

test('a page that comes back after a crash has the current list and numbers', async (t) => {
  const who = await newVisitor(server);
  const { opened, shown } = page(t, { who });
  const kept = await post(server, { user: who.uid, title: 'kept', menuKey: 'a' });
  await until('the page shows it', () => shown.sysMsgNums === 1);
  await server.kill();
  await server.restart();
  await new HttpNotices(server, who).read({ id: kept.id });
  await post(server, { user: who.uid, title: 'missed', menuKey: 'b' });
  opened.client = null;
  opened.connect();
  await until('the page shows what it missed', () => shown.sysMsgList[0]?.title === 'missed');
  assert.deepEqual([shown.sysMsgNums, shown.menuTipsMap], [1, { b: 1 }]);
});
