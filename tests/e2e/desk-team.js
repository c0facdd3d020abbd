// Teams of a service desk: an administrator who makes agents and workgroups, and requests in somebody's name.

import { call } from 'deskwire-examples/rest.js';
import { newVisitor, requestThread } from './conversations.js';

const PASSWORD = 'a password for everybody here';

/** What a server needs in its environment to have the administrator. */
export const WITH_ADMIN = { DESKWIRE_ADMIN_PASSWORD: PASSWORD };

/** POSTs as `person`; returns the answer's data. */
export const post = (server, person, path, body) => call(server.url, path, { token: person.accessToken, body });

/** GETs as `person`; returns the answer's data. */
export const get = (server, person, path, query) => call(server.url, path, { token: person.accessToken, query });

/** Somebody of the desk, logged in: `{uid, accessToken, user}`. */
export async function logIn(server, username) {
  const { accessToken, user } = await call(server.url, '/auth/v1/login', { body: { username, password: PASSWORD } });
  return { uid: user.uid, accessToken, user: { uid: user.uid, nickname: user.nickname, avatar: '', type: 'AGENT' } };
}

let teams = 0;

/**
 * A new workgroup of new agents. Returns `{workgroup, admin, <name>: agent …}`, all logged in and none of them online.
 *
 * @param {string[]} names of the agents; their uids are made from them.
 * @param {{capacity?: number, roles?: Record<string, string>, settings?: object}} options capacity of each agent; the
 *   roles of those who are no plain agents; settings of the workgroup.
 */
export async function newTeam(server, names, { capacity = 1, roles = {}, settings = {} } = {}) {
  const number = (teams += 1);
  const called = (name) => `${name}${number}`;
  const admin = await logIn(server, 'admin');
  const agents = {};
  for (const name of names) {
    const uid = called(name);
    const profile = { uid, username: uid, nickname: name, role: roles[name] ?? 'AGENT' };
    await post(server, admin, '/api/v1/agent/create', { ...profile, password: PASSWORD, capacity });
    agents[name] = await logIn(server, uid);
  }
  const workgroup = called('group');
  const agentUids = names.map(called);
  await post(server, admin, '/api/v1/workgroup/create', { uid: workgroup, name: 'Team', agentUids });
  await post(server, admin, '/api/v1/settings/update', { uid: workgroup, settings });
  return { ...agents, admin, workgroup };
}

/** A new visitor who has asked for the workgroup: with `opening`, `thread` and `topic`. */
export const visitorAt = async (server, workgroup, nickname) =>
  requestThread(server, await newVisitor(server, nickname), { type: '1', sid: workgroup });
