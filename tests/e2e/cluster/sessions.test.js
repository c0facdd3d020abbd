// A durable MQTT session lives on one node, and comes along when its client goes to another.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { mqttService, newClientId } from '../service-account.js';
import { until } from '../waiting.js';
import { severalNodes, skip, skipAlone } from './several-nodes.js';

const several = severalNodes();
const QOS1 = { qos: 1 };

describe('MQTT sessions on three nodes', { skip }, () => {
  let [one, two, three] = [];
  before(() => {
    [one, two, three] = several.nodes;
  });

  const connect = (t, node, clientId) => mqttService(t, node, { clientId, clean: false, reconnectPeriod: 0 });

  test('what was said on any node while its client was away waits for it on any node', async (t) => {
    const clientId = newClientId();
    const away = await connect(t, one, clientId);
    await away.subscribe('sessions/+', QOS1);
    await away.disconnect();
    const senders = await Promise.all([one, two, three].map((node) => mqttService(t, node)));
    for (const [index, sender] of senders.entries()) {
      await sender.publish('sessions/away', String(index), QOS1);
    }
    const ends = await mqttService(t, one);
    await ends.subscribe('sessions/end', QOS1);
    await senders[1].publish('sessions/end', 'end', QOS1);
    await until('all are heard', () => ends.texts('sessions/end').length === 1);
    const back = await connect(t, three, clientId);
    await until('what waited', () => back.texts('sessions/away').length >= senders.length);
    await senders[0].publish('sessions/away', 'live', QOS1);
    await until('what is live', () => back.texts('sessions/away').includes('live'));
    assert.deepEqual(back.texts('sessions/away').sort(), ['0', '1', '2', 'live']);
  });

  test('a client that connects to another node ends its earlier connection, and misses nothing', async (t) => {
    const clientId = newClientId();
    const first = await connect(t, one, clientId);
    await first.subscribe('sessions/moves', QOS1);
    const sender = await mqttService(t, two);
    const ended = new Promise((resolve) => first.client.once('close', resolve));
    const second = await connect(t, three, clientId);
    await ended;
    await sender.publish('sessions/moves', 'there', QOS1);
    await until('it comes there', () => second.texts('sessions/moves').length > 0);
    assert.deepEqual([first.texts('sessions/moves'), second.texts('sessions/moves')], [[], ['there']]);
  });

  test('a session of a node that dies collects at another, and is there for its client', { skip: skipAlone }, async (t) => {
    const clientId = newClientId();
    const away = await connect(t, three, clientId);
    await away.subscribe('sessions/adopted', QOS1);
    const sender = await mqttService(t, one);
    await away.disconnect();
    await sender.publish('sessions/adopted', 'before', QOS1);
    await three.kill();
    await until('it is adopted', () => [one, two].some(({ output }) => /live here now/.test(output)));
    await sender.publish('sessions/adopted', 'after', QOS1);
    const back = await connect(t, two, clientId);
    await until('what came after', () => back.texts('sessions/adopted').includes('after'));
  });
});
