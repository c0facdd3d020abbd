import type { ConnectionState } from '@deskwire/sdk';
import { expect, it } from 'vitest';
import { PATIENCE_MS, sayOf } from '../src/thread/connection-line.js';

const state = (status: ConnectionState['status'], retryInMs: number | null = null): ConnectionState => ({
  status,
  reason: null,
  attempt: 2,
  retryInMs,
  carrier: null,
});
const now = 100_000;
const long = now - PATIENCE_MS;

it.each([
  ['connected', state('connected'), long, true, null],
  ['fetching instead of hearing', state('degraded'), long, true, null],
  ['away for a moment', state('disconnected', 500), now - PATIENCE_MS + 1, true, null],
  [
    'away for long',
    state('disconnected', 5000),
    long,
    true,
    { kind: 'retrying', attempt: 2, retryAt: now + 4000 },
  ],
  [
    'seldom tried',
    state('suspended', 30_000),
    long,
    true,
    { kind: 'retrying', attempt: 2, retryAt: now + 29_000 },
  ],
  ['being tried', state('connecting'), long, true, { kind: 'connecting' }],
  ['without network', state('disconnected', 5000), long, false, { kind: 'offline' }],
])('says of a connection that is %s', (_, current, since, online, expected) => {
  expect(sayOf(current, now - 1000, since, online, now)).toEqual(expected);
});
