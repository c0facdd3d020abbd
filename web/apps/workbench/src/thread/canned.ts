// Canned replies on "/": which fit, and what their placeholders stand for.

import type { CannedReply } from '@deskwire/sdk';
import { shallowRef } from 'vue';
import { desk } from '../desk/client.js';

/** What a reply may name. */
export const placeholders = ['{visitor}', '{agent}', '{time}'] as const;

/** The replies, read once they are asked for. */
const replies = shallowRef<readonly CannedReply[] | null>(null);
let reading: Promise<readonly CannedReply[]> | null = null;

/** All replies that we may use. @throws ChatError */
export async function cannedReplies(): Promise<readonly CannedReply[]> {
  reading ??= desk.canned.list().finally(() => (reading = null));
  replies.value ??= await reading;
  return replies.value;
}

/** They have changed. */
export function forgetCanned(): void {
  replies.value = null;
}

/** What is sought: the word behind a "/" with which the text begins, or null. */
export function soughtIn(text: string): string | null {
  return /^\/(\S*)$/.exec(text)?.[1] ?? null;
}

/** Replies that fit, by the beginning of their shortcut first, then by what title and text say. */
export function fitting(all: readonly CannedReply[], sought: string): readonly CannedReply[] {
  const word = sought.toLowerCase();
  const rank = ({ shortcut, title, text }: CannedReply) =>
    shortcut.toLowerCase().startsWith(word)
      ? 0
      : title.toLowerCase().includes(word)
        ? 1
        : text.toLowerCase().includes(word)
          ? 2
          : 3;
  return all
    .map((reply) => ({ reply, place: rank(reply) }))
    .filter(({ place }) => place < 3)
    .sort((one, other) => one.place - other.place)
    .map(({ reply }) => reply);
}

/** The text with its placeholders filled in; unknown ones stay. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
