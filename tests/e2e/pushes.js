// The HTTP push API: what a program sends to users and to topics without a connection of its own.

import { SERVICE } from './service-account.js';

const AS_SERVICE = `Basic ${Buffer.from(`${SERVICE.login}:${SERVICE.passcode}`).toString('base64')}`;

/** Calls a push endpoint as the service account; returns the response's status and JSON. */
export async function callPush(server, path, message, authorization = AS_SERVICE) {
  const response = await fetch(new URL(`/api/v1/push/${path}`, server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify(message),
  });
  return { status: response.status, answer: await response.json().catch(() => undefined) };
}

/**
 * Sends to all sessions of a user. Rejects when the push is refused.
 *
 * @param {{destination: string, payload: unknown}} message the destination as the user subscribes it, without `/user`.
 */
export async function push(server, uid, message) {
  const { status, answer } = await callPush(server, `users/${uid}`, message);
  if (status !== 200 || answer?.code !== 200) {
    throw new Error(`the push was refused: HTTP ${status}, ${JSON.stringify(answer)}`);
  }
  return answer.data;
}
