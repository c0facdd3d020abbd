// What goes wrong in a run: each kind of fault is done to a cluster and lasts until the cluster is healed.

import { setTimeout as pause } from 'node:timers/promises';

/** How long a fault lasts, in milliseconds: longer than the leases by which nodes know of each other. */
const LASTING = 7_000;

/** … that needs no time: whoever was hit notices at once. */
const SHORT = 500;

const anyOf = (list, random) => list[Math.floor(random() * list.length)];

/** What can happen to a node alone. */
const NODE_FAULTS = {
  'a node is killed': { lasting: SHORT, act: (_cluster, node) => node.kill() },
  'a node stands still': { lasting: LASTING, act: (_cluster, node) => node.pause() },
  'a node is stopped': { lasting: SHORT, act: (_cluster, node) => node.terminate() },
};

/** What can happen where there are services. */
const SERVICE_FAULTS = {
  'Redis is killed': { lasting: LASTING, act: ({ redis }) => redis.kill() },
  'Redis stands still': { lasting: LASTING, act: ({ redis }) => redis.pause() },
  'Redis forgets': { lasting: SHORT, act: ({ redis }) => redis.forget() },
  'PostgreSQL is restarted': { lasting: SHORT, act: ({ postgres }) => postgres.terminate() },
  'PostgreSQL is killed': { lasting: SHORT, act: ({ postgres }) => postgres.kill() },
  'PostgreSQL stands still': { lasting: LASTING, act: ({ postgres }) => postgres.pause() },
  'a node is cut from Redis': { lasting: LASTING, act: (_cluster, { links }) => links.redis.cut() },
  'a node hears nothing of Redis': { lasting: LASTING, act: (_cluster, { links }) => links.redis.stall() },
  'a node is cut from PostgreSQL': { lasting: LASTING, act: (_cluster, { links }) => links.postgres.cut() },
  'a node hears nothing of PostgreSQL': { lasting: LASTING, act: (_cluster, { links }) => links.postgres.stall() },
};

/** The kinds that a cluster knows. */
export const kindsOf = ({ postgres }) => (postgres ? { ...NODE_FAULTS, ...SERVICE_FAULTS } : NODE_FAULTS);

/**
 * A list of kinds: all of them in a random order, again and again.
 *
 * @param {string[]} kinds
 */
export function schedule(kinds, count, random) {
  const planned = [];
  while (planned.length < count) {
    const left = [...kinds];
    while (left.length > 0) {
      planned.push(...left.splice(Math.floor(random() * left.length), 1));
    }
  }
  return planned.slice(0, count);
}

/**
 * Does one fault, lets it last, and heals everything. Resolves with how long it took until a probe was answered, in
 * milliseconds: from the fault, and from the healing until it had come to every node.
 *
 * @param {import('./probe.js').Probe} probe
 */
export async function befall(cluster, kind, { random, probe }) {
  const { lasting, act } = kindsOf(cluster)[kind];
  await act(cluster, anyOf(cluster.nodes, random));
  const begin = performance.now();
  const answered = probe.answered().then(() => performance.now() - begin);
  await pause(lasting);
  const healing = performance.now();
  await cluster.heal();
  await probe.heardEverywhere();
  return { kind, answered: await answered, whole: performance.now() - healing };
}
