// Notices of the desk, heard by the wrapper of old: each is printed, and marked as read. `PASSWORD` is the agent's.
//
//   PASSWORD=… node examples/notices.mjs https://chat.example.com

import process from 'node:process';
import { socket } from '@deskwire/sdk/compat';
import { nodeRuntime } from '@deskwire/sdk/node';

const [endpoint = 'http://127.0.0.1:9003'] = process.argv.slice(2);

const answer = await fetch(`${endpoint}/auth/v1/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'agent', password: process.env.PASSWORD }),
});
const { data: signedIn } = await answer.json();

const notices = socket({
  host: endpoint,
  url: `/main2/ws?token=${signedIn.accessToken}`,
  take: '/user/topic/all',
  runtime: nodeRuntime(), // browsers need none
  success({ data }) {
    if (data.sysMsgNums === null) {
      return; // a frame that tells only how many users are online
    }
    console.log(`unread: ${data.sysMsgNums}`);
    for (const { id, title } of data.sysMsgList ?? []) {
      console.log(title);
      notices.send({ id });
    }
  },
  error: ({ code, message }) => console.log(`${code}: ${message}`),
});
process.once('SIGTERM', () => notices.destroy());
