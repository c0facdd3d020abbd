// A back end that tells an agent of something to do, with the types of the server's API. `SERVICE` is `name:secret`.
//
//   SERVICE=… node examples/notice.mjs https://chat.example.com "An order was cancelled"

import { Buffer } from 'node:buffer';
import process from 'node:process';
import { createApi } from '@deskwire/api';

const [endpoint = 'http://127.0.0.1:9003', title = 'Something to do'] = process.argv.slice(2);

const credentials = Buffer.from(process.env.SERVICE ?? '').toString('base64');
const api = createApi({ endpoint, authorization: `Basic ${credentials}` });
const { data, error } = await api.POST('/api/v1/notices', { body: { user: 'df_ag_uid', title } });
if (data?.code !== 200) {
  throw new Error(`${(error ?? data)?.error}: ${(error ?? data)?.message}`);
}
console.log(`recipients: ${data.data.recipients}`);
