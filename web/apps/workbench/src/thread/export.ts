// A conversation as a file on this computer.

import { desk } from '../desk/client.js';
import { attempt } from '../desk/toasts.js';

/** Saves a file under a name. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Saves what was said as text. */
export async function exportThread(topic: string): Promise<void> {
  await attempt(async () => {
    const { uid, visitor } = await desk.thread(topic);
    saveFile(await desk.exportThread(uid, 'text'), `${visitor.name}.txt`);
  });
}
