// Files that are in a bucket are on every node.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { newConversation } from '../conversations.js';
import { png } from '../pictures.js';
import { Bucket } from './bucket.js';
import { severalNodes, skipAlone } from './several-nodes.js';

const bucket = await Bucket.start();
after(() => bucket.stop());

const several = severalNodes({
  env: {
    DESKWIRE__FILES__URL: 's3://deskwire/files',
    DESKWIRE__FILES__S3_ENDPOINT: bucket.url,
    DESKWIRE__FILES__S3_ACCESS_KEY: 'desk',
    DESKWIRE__FILES__S3_SECRET_KEY: 'a secret of forty characters or so',
  },
});

/** The same link on another node. */
const on = (node, link) => {
  const { pathname, search } = new URL(link);
  return fetch(`${node.url}${pathname}${search}`);
};

describe('files of three nodes', { skip: skipAlone }, () => {
  test('what was uploaded to a node is opened on another when the first is gone', async () => {
    const [one, two, three] = several.nodes;
    const visitor = await newConversation(one);
    const picture = png(64, 32);
    const form = new FormData();
    form.append('file', new Blob([picture]), 'a.png');
    const headers = { authorization: `Bearer ${visitor.accessToken}` };
    const uploaded = await fetch(`${one.url}/visitor/api/v1/upload/file`, { method: 'POST', body: form, headers });
    const { code, message, data } = await uploaded.json();
    assert.equal(code, 200, message);
    assert.ok(bucket.objects.size >= 1, 'it is in the bucket');
    await one.kill();
    for (const node of [two, three]) {
      const whole = await on(node, data.fileUrl);
      assert.equal(whole.status, 200, node.name);
      assert.deepEqual(Buffer.from(await whole.arrayBuffer()), picture, node.name);
      assert.equal((await on(node, data.thumbnail)).status, 200, `${node.name} has the thumbnail`);
    }
    const forged = new URL(data.fileUrl);
    forged.search = '?access=made-up';
    assert.notEqual((await on(two, forged)).status, 200, 'not without what opens it');
  });
});
