// Pictures in a real browser: made smaller, and without what the camera has written into them.

import { expect, test } from '@playwright/test';
import { open, startPages } from './pages.js';

let pages;
test.beforeAll(async () => {
  pages = await startPages();
});
test.afterAll(() => pages?.stop());

/** Sends a picture that is drawn in the page; what became of it. `exif` puts such a block behind the head of a JPEG. */
function send(page, options) {
  return page.evaluate(async ({ width, height, type, exif, maxPixels }) => {
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext('2d');
    for (let row = 0; row < height; row += 40) {
      pen.fillStyle = `hsl(${row} 80% 50%)`;
      pen.fillRect(0, row, width, 40);
    }
    let file = await canvas.convertToBlob({ type, quality: 0.95 });
    if (exif) {
      // A big-endian TIFF with one entry: Orientation 6, which is turned by 90 degrees.
      const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
      const body = [
        ...new TextEncoder().encode('Exif\0\0'),
        ...tiff,
        ...new TextEncoder().encode('GPS SECRET'),
      ];
      const block = [0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body];
      const bytes = new Uint8Array(await file.arrayBuffer());
      file = new Blob([bytes.slice(0, 2), new Uint8Array(block), bytes.slice(2)], { type });
    }
    const sending = window.conversation.upload(file, {
      name: 'picture',
      ...(maxPixels !== undefined && { maxPixels }),
    });
    const atOnce = sending.message.content.url;
    const shares = new Set();
    window.conversation.subscribe(({ messages }) => {
      const found = messages.find(({ id }) => id === sending.id);
      shares.add(found?.progress);
    });
    await sending.done;
    const { messages } = window.conversation.view;
    const { content } = messages.find(({ id, seq }) => id === sending.id && seq !== null) ?? messages.at(-1);
    const stored = await (await fetch(new URL(content.url).pathname + new URL(content.url).search)).blob();
    const picture = await createImageBitmap(stored);
    const text = new TextDecoder('latin1').decode(await stored.arrayBuffer());
    return {
      atOnce,
      type: stored.type,
      size: [picture.width, picture.height],
      same: stored.size === file.size,
      secret: text.includes('GPS SECRET'),
    };
  }, options);
}

test.beforeEach(async ({ page }) => {
  const { agent, workgroup } = await pages.stack.desk();
  await agent.online();
  await open(page, pages.url, { workgroup });
});

test('a large photograph is scaled down, turned upright, and says nothing of where it was taken', async ({
  page,
}) => {
  const sent = await send(page, { width: 3200, height: 2000, type: 'image/jpeg', exif: true });
  expect(sent).toMatchObject({ type: 'image/jpeg', size: [1000, 1600], secret: false });
  expect(sent.atOnce).toMatch(/^blob:/);
});

test('a small photograph is drawn anew for the same reason', async ({ page }) => {
  const sent = await send(page, { width: 640, height: 400, type: 'image/jpeg', exif: true });
  expect(sent).toMatchObject({ size: [400, 640], secret: false });
});

test('a large picture is scaled down, a small one goes as it is', async ({ page }) => {
  const large = await send(page, { width: 2400, height: 3200, type: 'image/png' });
  expect(large).toMatchObject({ type: 'image/png', size: [1200, 1600] });
  const small = await send(page, { width: 800, height: 600, type: 'image/png' });
  expect(small).toMatchObject({ size: [800, 600], same: true });
});

test('a picture is as large as is asked for', async ({ page }) => {
  const sent = await send(page, { width: 1000, height: 500, type: 'image/webp', maxPixels: 300 });
  expect(sent).toMatchObject({ type: 'image/webp', size: [300, 150] });
});
