// Rules that break clients when missed: ACK, NACK, and the RECEIPT of a SUBSCRIBE.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { dotted } from 'deskwire-examples/protocol.js';
import { logInAgent, messageFrom, newConversation, sendByHttpAsAgent, textFrom } from './conversations.js';
import { serverForThisFile } from './harness.js';
import { RawStomp, stompFrame } from './raw-stomp.js';
import { rawService, WITH_SERVICE } from './service-account.js';
import { until } from './waiting.js';

const server = await serverForThisFile({ env: WITH_SERVICE });
let agent;

before(async () => {
  agent = await logInAgent(server);
});

/** A visitor's raw connection in a new conversation: `{visitor, raw, destination}`. */
async function visitorOnline(t, version = '1.2') {
  const visitor = await newConversation(server);
  const raw = await RawStomp.open(server);
  t.after(() => raw.destroy());
  await raw.connect({ 'accept-version': version, login: visitor.uid });
  return { visitor, raw, destination: `/topic/${dotted(visitor.topic)}` };
}

/** The agent says these texts over HTTP. */
async function agentSays(visitor, contents) {
  for (const content of contents) {
    await sendByHttpAsAgent(server, agent, textFrom(agent, visitor.thread, content));
  }
}

/** The texts that came on a subscription to a conversation. */
const textsOf = (raw, id) =>
  raw
    .bodiesOf(id)
    .map((body) => JSON.parse(body))
    .filter(({ type }) => type === 'TEXT')
    .map(({ content }) => content);

const isSubscribed = async (raw, id, count) =>
  until(`${count} messages on ${id}`, () => raw.messagesOf(id).length >= count && raw.messagesOf(id));

describe('rule 16: the ack header', () => {
  for (const mode of ['client', 'client-individual']) {
    test(`rule 16: with ack:${mode} each MESSAGE of 1.2 has one, on live topics`, async (t) => {
      const raw = await rawService(t, server);
      const destination = `/topic/ack/${mode}`;
      await raw.subscribe('s', destination, { ack: mode });
      raw.write(['a', 'b', 'c'].map((body) => stompFrame('SEND', { destination }, body)).join(''));
      const acks = (await isSubscribed(raw, 's', 3)).map(({ headers }) => headers.ack);
      assert.ok(acks.every(Boolean));
      assert.equal(new Set(acks).size, 3);
    });

    test(`rule 16: with ack:${mode} each MESSAGE of 1.2 has one, in conversations`, async (t) => {
      const { visitor, raw, destination } = await visitorOnline(t);
      await raw.subscribe('s', destination, { ack: mode });
      await agentSays(visitor, ['one']);
      await sendByHttpAsAgent(server, agent, messageFrom(agent, visitor.thread, { type: 'TYPING', content: '' }));
      const messages = await isSubscribed(raw, 's', 2);
      assert.ok(
        messages.every(({ headers }) => headers.ack),
        'what has no seq needs one too',
      );
    });
  }

  test('rule 16: with ack:auto there is none', async (t) => {
    const raw = await rawService(t, server);
    await raw.subscribe('s', '/topic/ack/auto');
    raw.send('SEND', { destination: '/topic/ack/auto' }, 'x');
    assert.equal((await raw.message('x')).headers.ack, undefined);
  });
});

describe('rule 17: ACK and NACK of something unknown are ignored', () => {
  const unknown = {
    'an id that never was': { id: 'nothing' },
    'the id of @stomp/stompjs 7.1 without an ack header': { id: 'undefined', subscription: 's' },
    'an unknown message-id': { 'message-id': 'nothing', subscription: 's' },
    'an unknown subscription': { 'message-id': 'nothing', subscription: 'never' },
  };
  for (const version of ['1.0', '1.1', '1.2']) {
    for (const [title, headers] of Object.entries(unknown)) {
      test(`rule 17: ${title}, in ${version}`, async (t) => {
        const raw = await rawService(t, server, { version });
        await raw.subscribe('s', '/topic/ack/unknown', { ack: 'client' });
        for (const command of version === '1.0' ? ['ACK'] : ['ACK', 'NACK']) {
          raw.send(command, headers);
        }
        await raw.confirmed('SEND', { destination: '/topic/ack/elsewhere' }, 'still here');
      });
    }
  }

  test('rule 17: a message that is settled already, and one of an auto subscription', async (t) => {
    const raw = await rawService(t, server);
    await raw.subscribe('s', '/topic/ack/twice', { ack: 'client-individual' });
    await raw.subscribe('auto', '/topic/ack/twice');
    raw.send('SEND', { destination: '/topic/ack/twice' }, 'x');
    const [settled] = await isSubscribed(raw, 's', 1);
    const [auto] = await isSubscribed(raw, 'auto', 1);
    for (const command of ['ACK', 'ACK', 'NACK']) {
      raw.send(command, { id: settled.headers.ack });
      raw.send(command, {
        id: auto.headers['message-id'],
        'message-id': auto.headers['message-id'],
        subscription: 'auto',
      });
    }
    await raw.confirmed('SEND', { destination: '/topic/ack/elsewhere' }, 'still here');
  });
});

describe('rule 17: each way to name a message settles it, whatever the version', () => {
  /** How clients write ACK (1.7, table 1.10). */
  const spellings = {
    '@stomp/stompjs on 1.2': (headers) => ({ id: headers.ack, subscription: headers.subscription }),
    'Flutter and SwiftStomp, always': (headers) => ({ id: headers.ack ?? headers['message-id'] }),
    'stompjs 2.3.3 and @stomp/stompjs before 1.2': (headers) => ({
      'message-id': headers['message-id'],
      subscription: headers.subscription,
    }),
    'message-id alone, as in 1.0': (headers) => ({ 'message-id': headers['message-id'] }),
  };
  for (const version of ['1.0', '1.1', '1.2']) {
    for (const [client, spell] of Object.entries(spellings)) {
      if (client.endsWith('on 1.2') && version !== '1.2') {
        continue; // The ack header is promised for 1.2 only.
      }
      test(`rule 17: as ${client}, in ${version}`, async (t) => {
        const { visitor, raw, destination } = await visitorOnline(t, version);
        await raw.subscribe('s', destination, { ack: 'client', 'prefetch-count': '1' });
        await agentSays(visitor, ['one', 'two']);
        // With a window of one the second message waits for the acknowledgement of the first.
        const [first] = await isSubscribed(raw, 's', 1);
        raw.send('ACK', spell(first.headers));
        await isSubscribed(raw, 's', 2);
        assert.deepEqual(textsOf(raw, 's'), ['one', 'two']);
      });
    }
  }
});

test('rule 18: the RECEIPT of SUBSCRIBE comes before the first MESSAGE of a busy topic', async (t) => {
  const publisher = await rawService(t, server);
  let busy = true;
  const flood = (async () => {
    while (busy) {
      await publisher.confirmed('SEND', { destination: '/topic/busy/x' }, 'x');
    }
  })();
  const raw = await rawService(t, server);
  for (let round = 0; round < 50; round += 1) {
    await raw.subscribe(`s${round}`, '/topic/busy/x');
    await isSubscribed(raw, `s${round}`, 1);
    const receipt = raw.frames.findIndex(({ headers }) => headers['receipt-id'] === `receipt-${2 * round + 1}`);
    const message = raw.frames.findIndex(({ headers }) => headers.subscription === `s${round}`);
    assert.ok(receipt >= 0 && receipt < message, `RECEIPT is frame ${receipt}, the first MESSAGE ${message}`);
    await raw.confirmed('UNSUBSCRIBE', { id: `s${round}` });
  }
  busy = false;
  await flood;
});

test('rule 18: the RECEIPT of SUBSCRIBE comes before what was missed', async (t) => {
  const { visitor, raw, destination } = await visitorOnline(t);
  await agentSays(visitor, ['one', 'two', 'three']);
  raw.send('SUBSCRIBE', { id: 's', destination, 'after-seq': '0', receipt: 'r' });
  await until('the third text', () => textsOf(raw, 's').includes('three'));
  const commands = raw.frames.map(({ command }) => command);
  assert.deepEqual(commands.slice(0, 3), ['CONNECTED', 'RECEIPT', 'MESSAGE']);
});

test('rule 18: what is sent right behind a SUBSCRIBE comes back on it', async (t) => {
  const raw = await rawService(t, server);
  for (let round = 0; round < 20; round += 1) {
    const destination = `/topic/behind/${round}`;
    raw.write(
      stompFrame('SUBSCRIBE', { id: `s${round}`, destination }) + stompFrame('SEND', { destination }, `m${round}`),
    );
  }
  await raw.message('m19');
  assert.deepEqual(
    Array.from({ length: 20 }, (_, round) => raw.bodiesOf(`s${round}`)),
    Array.from({ length: 20 }, (_, round) => [`m${round}`]),
  );
});
