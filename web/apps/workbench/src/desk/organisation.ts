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
  /** How many conversations it takes at a time. */
  readonly capacity: number;
}

/** An agent with the seat that others see: who is not connected is offline. */
export interface Colleague extends AgentRow {
  readonly online: boolean;
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

/** Everybody at the desk. @throws ChatError */
export async function agents(): Promise<readonly Colleague[]> {
  const page = await client.http.get<ServerPage<Omit<Colleague, 'seat'>>>('/api/v1/agent/query/org', all);
  return page.content.map((agent) => ({ ...agent, seat: agent.online ? agent.status : 'OFFLINE' }));
}

/** @throws ChatError */
export async function workgroups(): Promise<readonly WorkgroupRow[]> {
  return (await client.http.get<ServerPage<WorkgroupRow>>('/api/v1/workgroup/query/org', all)).content;
}
