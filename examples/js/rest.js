// The HTTP side of the server: every answer is an envelope {code, message, data}, and code 200 means success.

/** The server answered, and the answer was no. Trying the same again will not help. */
export class Refused extends Error {
  constructor(path, status, { code, error, message } = {}) {
    super(`${path}: ${message ?? 'no reason given'} (HTTP ${status}, code ${code ?? 'none'})`);
    this.status = status;
    this.code = code;
    this.error = error;
  }
}

/**
 * Calls one endpoint and returns the `data` of its answer.
 *
 * With a `body` the request is a POST of JSON, otherwise a GET with `query` in the URL.
 *
 * @throws {Refused} when the answer is not a success and repeating the request is pointless.
 * @throws {Error} when the server was not reached or not able to answer: worth another try.
 */
export async function call(server, path, { body, query = {}, token } = {}) {
  const url = new URL(path, server);
  url.search = new URLSearchParams(query);
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => undefined);
  if (response.status >= 500 || response.status === 429) {
    throw new Error(`${path}: ${answer?.message ?? ''} (HTTP ${response.status})`);
  }
  if (!response.ok || answer?.code !== 200) {
    throw new Refused(path, response.status, answer);
  }
  return answer.data;
}
