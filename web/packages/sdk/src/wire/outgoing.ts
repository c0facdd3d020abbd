// Contents that are sent: which type each has on the wire, and what its JSON looks like.

import { loadBeyondWords } from '../store/loading.js';
import type { Outgoing } from '../types.js';

/** What is sent for a content. */
export interface WireContent {
  readonly wireType: string;
  readonly content: string;
}

/** The content as it travels; what is more than text by a module that is loaded for it. */
export async function toWire(content: Outgoing): Promise<WireContent> {
  return content.type === 'text'
    ? { wireType: 'TEXT', content: content.text }
    : (await loadBeyondWords()).richToWire(content);
}
