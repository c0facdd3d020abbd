// People talk over every protocol through the load balancer while nodes and services are killed, halted and cut off, as a seed
// says. In the end the checker finds every promise kept.
//
// A failing run is repeated with the seed it prints: DESKWIRE_E2E_SEED=… node --test cluster/random-runs.test.js. What else
// can be chosen: DESKWIRE_E2E_OPERATIONS of each run, and DESKWIRE_E2E_RUNS, whose seeds follow the first one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WITH_ADMIN } from '../desk-team.js';
import { generator, seed } from '../seeded-random.js';
import { violations } from './checker.js';
import { Cluster, noCluster } from './cluster.js';
import { missing } from './daemon.js';
import { Run } from './random-run.js';

/** How much is done with so many nodes: runs, what people do in each, and operations between two faults. */
const ALONE = { nodes: 1, runs: 1, operations: 400, betweenFaults: 40 };
/** All kinds of faults come up in each run. */
const SEVERAL = { nodes: 3, runs: 3, operations: 1_000, betweenFaults: 76 };

/** Milliseconds that a run may take, on a machine that has little time for it; a run that hangs notices that itself. */
const patience = (operations) => 600_000 + operations * 2_000;

/** Violations that are printed; more of them tell the same. */
const PRINTED = 20;

const env = {
  ...WITH_ADMIN,
  // A connection whose node stands still is noticed soon, on both sides.
  DESKWIRE__HEARTBEAT__SEND_MS: '2000',
  DESKWIRE__HEARTBEAT__WANT_MS: '2000',
};

// Each of the processes of all clusters is ended with this one.
process.setMaxListeners(100);

/** How much is done, with what somebody wants instead. */
function wanted(defaults) {
  const { DESKWIRE_E2E_SEED: chosen, DESKWIRE_E2E_OPERATIONS: operations, DESKWIRE_E2E_RUNS: runs } = process.env;
  return {
    ...defaults,
    operations: Number(operations ?? defaults.operations),
    runs: Number(runs ?? (chosen === undefined ? defaults.runs : 1)),
  };
}

/** One run; resolves with how long it took to recover from each fault. */
async function runOn(t, seed, { nodes, operations, betweenFaults }) {
  t.diagnostic(`seed ${seed}, ${operations} operations`);
  const cluster = await Cluster.start({ nodes, env });
  t.after(() => cluster.stop());
  const run = await Run.prepare(cluster, generator(seed));
  t.after(() => run.stop());
  try {
    const recoveries = await run.go(operations, Math.max(1, Math.floor(operations / betweenFaults)));
    const result = await run.result();
    t.diagnostic(run.summary());
    const found = violations(result);
    found.slice(0, PRINTED).forEach((text) => t.diagnostic(text));
    for (const [conversation, entries] of result.logs) {
      if (found.some((text) => text.includes(conversation))) {
        t.diagnostic(run.tell(conversation, entries));
      }
    }
    assert.deepEqual(found.slice(0, PRINTED), []);
    return recoveries;
  } catch (error) {
    t.diagnostic(run.unfinished());
    t.diagnostic(cluster.output);
    throw error;
  }
}

/** The time in the middle and the worst one, in milliseconds. */
function spread(times) {
  const sorted = [...times].sort((one, other) => one - other);
  return `${sorted[Math.floor(sorted.length / 2)].toFixed(0)} ms, at worst ${sorted.at(-1).toFixed(0)} ms`;
}

/** Prints how long it took to recover, for each kind of fault. */
function tellRecoveries(t, recoveries) {
  const kinds = [...new Set(recoveries.map(({ kind }) => kind))].sort();
  for (const kind of kinds) {
    const those = recoveries.filter((recovery) => recovery.kind === kind);
    const [answered, whole] = ['answered', 'whole'].map((time) => spread(those.map((recovery) => recovery[time])));
    t.diagnostic(`${kind} (${those.length}): answered after ${answered}; everywhere after healing: ${whole}`);
  }
}

/** All runs at once: most of the time they wait for what has failed. */
async function runs(t, wish) {
  const seeds = Array.from({ length: wish.runs }, (_, number) => seed + number);
  const recoveries = [];
  await Promise.all(
    seeds.map((seed) =>
      t.test(`seed ${seed}`, { timeout: patience(wish.operations) }, async (t) => {
        recoveries.push(...(await runOn(t, seed, wish)));
      }),
    ),
  );
  tellRecoveries(t, recoveries);
}

test('one node on SQLite that is killed, halted and stopped', { skip: missing('haproxy') }, (t) => runs(t, wanted(ALONE)));

test('three nodes, and everything that can happen to them', { skip: noCluster(), concurrency: true }, (t) =>
  runs(t, wanted(SEVERAL)),
);
