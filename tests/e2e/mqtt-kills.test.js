// Exactly once, under the worst conditions: the server is killed again and again while messages with QoS 2 go from one
// stock client to another. Both keep their object and with it the state that MQTT asks of a client; the server has only
// its disk. Afterwards each message has come once, and in order.
//
// A failing run is repeated with the seed it prints: DESKWIRE_E2E_SEED=… npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { serverForThisFile } from './harness.js';
import { Progress } from './progress.js';
import { generator, seed } from './seeded-random.js';
import { mqttService, newClientId, WITH_SERVICE } from './service-account.js';
import { until } from './waiting.js';

const MESSAGES = 2_000;
const KILLS = 20;
/** How many messages a sender has on the way at once. */
const WINDOW = 30;
/** Milliseconds between two tries to reconnect. */
const RECONNECT = 50;
/** Up to this many milliseconds after the condition for a kill, so that it hits any step of a commit. */
const KILL_JITTER = 10;
/** Twenty restarts take their time on a slow machine. */
const PATIENCE = 240_000;

const server = await serverForThisFile({ env: WITH_SERVICE });

/** A client whose session outlives its connections. */
const lasting = (t, protocolVersion) =>
  mqttService(t, server, {
    protocolVersion,
    clientId: newClientId(),
    clean: false,
    reconnectPeriod: RECONNECT,
    // As little as can be is left to timers of the library.
    connectTimeout: 5_000,
    ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 3_600 } }),
  });

/** Sends numbers, each once: what the library has taken it repeats by itself, under the same packet identifier. */
class Sender {
  /** What the library could not publish. */
  failed = [];
  #next = 0;
  #waiting = 0;
  #ready = true;

  constructor({ client }, topic, progress) {
    Object.assign(this, { client, topic, progress });
    // Between the two events the library would give up what it is asked to publish while it repeats the rest.
    client.on('close', () => {
      this.#ready = false;
    });
    client.on('connect', () => {
      this.#ready = true;
      this.proceed();
    });
  }

  /** Sends as many new messages as the window allows. */
  proceed() {
    while (this.#ready && this.#waiting < WINDOW && this.#next < MESSAGES) {
      this.#waiting += 1;
      this.client.publish(this.topic, String(this.#next), { qos: 2 }, (error) => {
        error && this.failed.push(error.message);
        this.#waiting -= 1;
        this.progress.step();
        this.proceed();
      });
      this.#next += 1;
    }
  }
}

for (const protocolVersion of [4, 5]) {
  const version = protocolVersion === 5 ? '5' : '3.1.1';
  test(`MQTT ${version}: ${MESSAGES} messages come exactly once through ${KILLS} kills`, { timeout: PATIENCE }, async (t) => {
    t.diagnostic(`seed ${seed}`);
    const random = generator(seed);
    const topic = `kills/v${protocolVersion}`;
    const [listener, speaker] = [await lasting(t, protocolVersion), await lasting(t, protocolVersion)];
    const sessions = [listener, speaker].map(({ client }) => {
      const present = [];
      client.on('connect', ({ sessionPresent }) => present.push(sessionPresent));
      client.on('error', () => {});
      return present;
    });
    await listener.subscribe(topic, { qos: 2 });
    const progress = new Progress();
    const sender = new Sender(speaker, topic, progress);
    sender.proceed();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const moment = Math.floor(((kill + random() * 0.9) / KILLS) * MESSAGES);
      await progress.reaches(moment, PATIENCE);
      await pause(Math.floor(random() * KILL_JITTER));
      await server.kill();
      await server.restart();
    }
    await progress.reaches(MESSAGES, PATIENCE);
    await until('the last message', () => listener.received.length >= MESSAGES);
    // Nothing more comes: what a lasting session still had would come before this.
    await speaker.publish(topic, 'end', { qos: 2 });
    await until('the end', () => listener.texts(topic).at(-1) === 'end');
    assert.deepEqual(listener.texts(topic), [...Array.from({ length: MESSAGES }, (_, number) => String(number)), 'end']);
    assert.deepEqual(sender.failed, [], 'the client was told of no failure');
    assert.ok(sessions.flat().every(Boolean), 'no session was ever forgotten');
  });
}
