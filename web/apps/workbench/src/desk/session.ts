// Who has signed in, what they may do, and the desk as it is now.

import { ChatError, type DeskThread, type DeskView, type Identity, type SeatStatus } from '@deskwire/sdk';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { client, desk } from './client.js';

/** The seats an agent chooses among, in the order of the menu. */
export const seats = ['AVAILABLE', 'BUSY', 'AWAY', 'OFFLINE'] as const satisfies readonly SeatStatus[];

/** The signed-in agent and the live lists. */
export const useSession = defineStore('session', () => {
  const identity = shallowRef<Identity | null>(agentOf(client.identity));
  const view = shallowRef<DeskView>(desk.view);
  const ended = ref(false);
  let stop: (() => void) | null = null;

  client.on('identity', (now) => (identity.value = agentOf(now)));
  client.on('state', ({ current }) => {
    if (current.status === 'disconnected' && current.retryInMs === null && identity.value) {
      ended.value = true;
      stop?.();
      stop = null;
    }
  });

  /** Begins to follow the desk, once. */
  function follow(): void {
    stop ??= desk.subscribe((now) => (view.value = now));
    client.connect().catch(() => undefined); // the connection line tells
  }

  /** Signs in. @throws ChatError */
  async function signIn(username: string, password: string): Promise<void> {
    const who = await client.login(username, password);
    ended.value = false;
    identity.value = who;
    follow();
    // Whoever was away when the page was closed decides about it by itself; the others want visitors.
    const profile = await desk
      .refresh()
      .then(() => desk.view.profile)
      .catch(() => null);
    if (profile?.seat === 'OFFLINE') {
      await desk.setSeat('AVAILABLE');
    }
  }

  async function signOut(): Promise<void> {
    stop?.();
    stop = null;
    await client.logout();
    view.value = { ...desk.view, threads: [], queue: [], profile: null, unread: 0, loaded: false };
  }

  const role = computed(() => view.value.profile?.role ?? 'AGENT');
  return {
    identity,
    view,
    ended,
    role,
    seat: computed<SeatStatus>(() => view.value.profile?.seat ?? 'OFFLINE'),
    isSupervisor: computed(() => role.value === 'SUPERVISOR' || role.value === 'ADMIN'),
    isAdmin: computed(() => role.value === 'ADMIN'),
    threadOf: (topic: string): DeskThread | undefined =>
      view.value.threads.find((thread) => thread.topic === topic) ??
      view.value.queue.find((thread) => thread.topic === topic),
    follow,
    signIn,
    signOut,
    setSeat: (seat: SeatStatus) => desk.setSeat(seat),
  };
});

/** Whether a sign-in was refused for its name or password. */
export function isRefused(error: unknown): boolean {
  return error instanceof ChatError && error.code === 'AUTH_REFUSED';
}

function agentOf(identity: Identity | null): Identity | null {
  return identity?.role === 'agent' ? identity : null;
}
