// Asks a cluster whether it works: a message through the balancer is acknowledged, and comes to a listener on every node.

import { call } from 'deskwire-examples/rest.js';
import { newConversation, textFrom } from '../conversations.js';
import { until } from '../waiting.js';
import { surely } from './http-client.js';
import { History } from './history.js';
import { StompPerson } from './stomp-client.js';

/** Nodes come back, clients reconnect: all of that within so many milliseconds. */
const PATIENCE = 120_000;

export class Probe {
  #cluster;
  #visitor;
  #listeners = [];
  #history = new History();

  static async start(cluster) {
    const probe = new Probe();
    probe.#cluster = cluster;
    probe.#visitor = await newConversation(cluster.balancer, 'Probe');
    const { topic } = probe.#visitor;
    probe.#listeners = cluster.nodes.map((node) => {
      const options = { history: probe.#history, server: node, name: `probe on ${node.name}`, person: probe.#visitor };
      return new StompPerson({ ...options, topic });
    });
    await probe.heardEverywhere();
    return probe;
  }

  /** Sends a message through the balancer until it is acknowledged; resolves with its number. */
  async answered() {
    const message = textFrom(this.#visitor, this.#visitor.thread, 'Is anybody there?');
    const send = () =>
      call(this.#cluster.balancer.url, '/visitor/api/v1/message/send', {
        token: this.#visitor.accessToken,
        body: { json: JSON.stringify(message) },
      });
    return JSON.parse(await surely(send)).seq;
  }

  /** … and waits until it has come to the listener on every node. */
  async heardEverywhere() {
    const seq = await this.answered();
    for (const listener of this.#listeners) {
      await until(`${listener.name} hears ${seq}`, () => listener.reached(this.#visitor.topic) >= seq, PATIENCE);
    }
  }

  stop() {
    return Promise.all(this.#listeners.map((listener) => listener.stop()));
  }
}
