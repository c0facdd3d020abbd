// The committed types are those of the server that is built here.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binary, PASSWORD, Server } from '../../sdk/test/server/harness.js';
import { schemaFile, schemaOf } from '../schema.mjs';
import { createApi } from '../src/index.js';

describe.skipIf(binary === undefined)('the document of the server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(() => server.stop());

  it('has the types that are committed', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as object;
    const committed = await readFile(schemaFile, 'utf8');
    expect(await schemaOf(document), 'run "npm run generate" in packages/api').toBe(committed);
  });

  it('leads to answers of those types', async () => {
    const { data } = await createApi({ endpoint: server.url }).POST('/auth/v1/login', {
      body: { username: 'agent', password: PASSWORD },
    });
    const token = data?.data ? data.data.accessToken : '';
    const api = createApi({ endpoint: server.url, authorization: `Bearer ${token}` });
    const profile = await api.GET('/api/v1/user/profile');
    expect(profile.data).toMatchObject({ code: 200, data: { username: 'agent' } });
    const refused = await api.GET('/api/v1/thread/query/topic', { params: { query: { topic: 'none' } } });
    expect(refused.data).toMatchObject({ code: 500, error: 'not_yours' });
  });
});
