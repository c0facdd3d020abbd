// Agents and workgroups of the organisation, as dialogs and admin pages need them.

import type { SeatStatus } from '@deskwire/sdk';
import { client } from './client.js';

/** An agent as the server lists it. */
export interface AgentRow {
  readonly uid: string;
  readonly username: string;
  readonly nickname: string;
  readonly avatar: string;
  readonly role: 'AGENT' | 'SUPERVISOR' | 'ADMIN';
  readonly status: SeatStatus;
}

/** An agent with the seat that others see: who is not connected is offline. */
export interface Colleague extends AgentRow {
  readonly seat: SeatStatus;
}

/** A workgroup with its agents. */
export interface WorkgroupRow {
  readonly uid: string;
  readonly nickname: string;
  readonly agents: readonly AgentRow[];
}

/** A page of a list as the server writes it. */
export interface ServerPage<T> {
  readonly content: readonly T[];
  readonly totalElements: number;
  readonly last: boolean;
}

const all = { pageSize: 100 };

/** @throws ChatError */
export async function agents(): Promise<readonly AgentRow[]> {
  return (await client.http.get<ServerPage<AgentRow>>('/api/v1/agent/query/org', all)).content;
}

/** Agents with their seats. @throws ChatError */
export async function colleagues(): Promise<readonly Colleague[]> {
  const [people, presence] = await Promise.all([
    agents(),
    client.http.get<ServerPage<{ readonly uid: string; readonly online: boolean }>>(
      '/api/v1/connection/presence/list',
      all,
    ),
  ]);
  const here = new Set(presence.content.filter(({ online }) => online).map(({ uid }) => uid));
  return people.map((agent) => ({ ...agent, seat: here.has(agent.uid) ? agent.status : 'OFFLINE' }));
}

/** @throws ChatError */
export async function workgroups(): Promise<readonly WorkgroupRow[]> {
  return (await client.http.get<ServerPage<WorkgroupRow>>('/api/v1/workgroup/query/org', all)).content;
}
