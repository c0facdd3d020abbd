// How a node is, in a word.

import type { ClusterNode } from './answers.js';

/** The word for how a node is. */
export type NodeState = 'nodes.missing' | 'nodes.silent' | 'nodes.ready' | 'nodes.unready' | 'nodes.draining';

/** How a node is. */
export function stateOf({ missing, standing }: ClusterNode): NodeState {
  if (missing) {
    return 'nodes.missing';
  }
  switch (standing?.readiness) {
    case 'READY':
      return 'nodes.ready';
    case 'UNREADY':
      return 'nodes.unready';
    case 'DRAINING':
      return 'nodes.draining';
    case undefined:
      return 'nodes.silent';
  }
}

/** Whether a node may be sent clients, and hears the others. */
export const isWell = (node: ClusterNode): boolean =>
  stateOf(node) === 'nodes.ready' && node.standing?.bus !== 'DOWN';
