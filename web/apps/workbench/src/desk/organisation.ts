// Agents and workgroups of the organisation, as dialogs and admin pages need them.

import { client } from './client.js';

/** An agent as the server lists it. */
export interface AgentRow {
  readonly uid: string;
  readonly username: string;
  readonly nickname: string;
  readonly avatar: string;
  readonly role: 'AGENT' | 'SUPERVISOR' | 'ADMIN';
  readonly status: string;
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

/** @throws ChatError */
export async function workgroups(): Promise<readonly WorkgroupRow[]> {
  return (await client.http.get<ServerPage<WorkgroupRow>>('/api/v1/workgroup/query/org', all)).content;
}
