// One file on its way up.

import type { Files, Outgoing } from '../types.js';
import { scaledDown } from './picture.js';
import type { Upload } from './uploads.js';

/** Uploads a file, pictures made smaller before; what is to be said of it. @throws ChatError */
export async function uploaded(
  { id, file, name, kind, options, abort }: Upload,
  files: Files,
  progress: (share: number) => void,
): Promise<Outgoing> {
  const smaller = kind === 'image' ? await scaledDown(file, options.maxPixels) : file;
  // Under the id of its message, so that a file that is sent again is the same file.
  const there = await files.upload(smaller, { name, key: id, signal: abort.signal, progress });
  const { url, size, mimeType, width, height, thumbnail } = there;
  const content = { url, name: there.name, size, mimeType };
  return kind === 'image'
    ? { type: kind, ...content, ...(thumbnail && { thumbnail }), ...(width && height && { width, height }) }
    : { type: kind, ...content };
}
