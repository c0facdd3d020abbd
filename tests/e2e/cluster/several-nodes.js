// Three nodes for the stories of a file. With DESKWIRE_E2E_NODES=1 a single one on SQLite plays all three: whoever writes a
// story sees whether it is right itself.

import { afterEach, after, before } from 'node:test';
import { WITH_ADMIN } from '../desk-team.js';
import { MqttPeer } from '../mqtt-peer.js';
import { WITH_SERVICE } from '../service-account.js';
import { Cluster, noCluster } from './cluster.js';
import { missing } from './daemon.js';

const ALONE = process.env.DESKWIRE_E2E_NODES === '1';

/** Why the stories cannot be told here, or false. */
export const skip = ALONE ? missing('haproxy') : noCluster();

/** For stories that a node alone cannot play. */
export const skipAlone = skip || (ALONE && 'one node is alone');

/** A connection whose node stands still is noticed soon, on both sides. */
const IMPATIENT = { DESKWIRE__HEARTBEAT__SEND_MS: '2000', DESKWIRE__HEARTBEAT__WANT_MS: '2000' };

/**
 * The nodes of a file's stories: `cluster` and `nodes` once the first test runs. After each test all is healed.
 *
 * @param {{env?: Record<string, string>}} options settings of all nodes.
 */
export function severalNodes({ env = {} } = {}) {
  const several = { nodes: [] };
  before(async () => {
    if (!skip) {
      const settings = { ...WITH_ADMIN, ...WITH_SERVICE, ...IMPATIENT, ...env };
      several.cluster = await Cluster.start({ nodes: ALONE ? 1 : 3, env: settings });
      const [first] = several.cluster.nodes;
      several.nodes = ALONE ? [first, first, first] : several.cluster.nodes;
    }
  });
  afterEach(async (t) => {
    if (t.passed === false && several.cluster) {
      t.diagnostic?.(several.cluster.output);
    }
    await several.cluster?.heal();
  });
  after(() => several.cluster?.stop());
  return several;
}

/** A peer that is gone when the test is over, whatever became of its node meanwhile. */
export async function opened(t, connecting) {
  const peer = await connecting;
  t.after(() => (peer instanceof MqttPeer ? peer.client.end(true) : peer.disconnect().catch(() => {})));
  return peer;
}
