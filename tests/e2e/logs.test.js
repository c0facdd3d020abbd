// What the server writes about itself: never what people say, never what lets one in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dotted } from 'deskwire-examples/protocol.js';
import { history, logInAgent, newConversation, sendByHttp, textFrom } from './conversations.js';
import { AGENT_PASSWORD, serverForThisFile } from './harness.js';
import { MqttPeer } from './mqtt-peer.js';
import { StompPeer } from './stomp-peer.js';

const server = await serverForThisFile({ env: { DESKWIRE__LOG__LEVEL: 'debug' } });

test('no log line holds a message, a password, a token or the uid of a visitor', async (t) => {
  const agent = await logInAgent(server);
  const device = await MqttPeer.asAgent(server, agent);
  t.after(() => device.client.end(true));
  const [visitor, stranger] = [await newConversation(server), await newConversation(server)];

  const peer = await StompPeer.asVisitor(server, visitor);
  const feed = await peer.subscribe(`/topic/${dotted(visitor.topic)}`);
  const said = textFrom(visitor, visitor.thread, 'a word between us');
  await peer.publish(`/app/${dotted(visitor.topic)}`, JSON.stringify(said));
  await feed.message(said.uid);
  await sendByHttp(server, visitor, textFrom(visitor, visitor.thread, 'another word'));
  await history(server, visitor);
  await assert.rejects(peer.subscribe(`/topic/${dotted(stranger.topic)}`));
  await server.terminate();

  assert.match(server.output, /listening[\s\S]*stopped/, 'the log is there from its beginning to its end');
  const secrets = {
    said: 'a word between us',
    'said over HTTP': 'another word',
    password: AGENT_PASSWORD,
    'token of the agent': agent.accessToken,
    'token of the visitor': visitor.accessToken,
    'uid of the visitor': visitor.uid,
    'uid of the other visitor': stranger.uid,
  };
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(!server.output.includes(secret), `the log holds what is ${name}`);
  }
});
