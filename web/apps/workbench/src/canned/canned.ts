// Canned replies on "/": which fit, and what their placeholders stand for.

import type { CannedReply, CannedReplyDraft, Outgoing } from '@deskwire/sdk';
import { shallowRef } from 'vue';
import { desk } from '../desk/client.js';

/** What a text may name. */
export const placeholders = ['{visitor}', '{agent}', '{time}'] as const;

/** What can be kept ready: words, or a card. */
export type CannedKind = 'text' | 'product' | 'article';

/** What the form of a canned reply has. */
export interface CannedForm {
  kind: CannedKind;
  shortcut: string;
  title: string;
  scope: CannedReply['scope'];
  workgroup: string;
  /** The text, or what a card says. */
  text: string;
  price: string;
  image: string;
  url: string;
}

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

/** The card of a reply, as it is sent; null if it is a text. */
export function cardOf({ content }: CannedReply): Outgoing | null {
  switch (content.type) {
    case 'product':
    case 'article':
    case 'link':
    case 'image':
    case 'file':
    case 'location':
    case 'choice':
    case 'job-card':
      return content;
    default:
      return null;
  }
}

/** A form with what a reply has, or an empty one. */
export function formOf(reply?: CannedReply): CannedForm {
  const { content } = reply ?? {};
  const form: CannedForm = {
    kind: 'text',
    shortcut: reply?.shortcut ?? '',
    title: reply?.title ?? '',
    scope: reply?.scope ?? 'AGENT',
    workgroup: '',
    text: content?.type === 'text' ? content.text : '',
    price: '',
    image: '',
    url: '',
  };
  if (content?.type === 'product') {
    const { description: text = '', price = '', image = '', url = '' } = content;
    return { ...form, kind: 'product', text, price, image, url };
  }
  if (content?.type === 'article') {
    const { summary: text = '', image = '', url } = content;
    return { ...form, kind: 'article', text, image, url };
  }
  return form;
}

/** Whether the form can show all that a reply has. */
export function isEditable({ content }: CannedReply): boolean {
  return ['text', 'product', 'article'].includes(content.type);
}

/** What a form is kept as; `uid` of the reply that it changes. */
export function draftOf(form: CannedForm, uid?: string): CannedReplyDraft {
  const { kind, shortcut, title, scope, workgroup, text } = form;
  const given = Object.fromEntries(
    (['price', 'image', 'url'] as const)
      .map((name) => [name, form[name].trim()])
      .filter(([, value]) => value),
  ) as Partial<Record<'price' | 'image' | 'url', string>>;
  const contents: Readonly<Record<CannedKind, Outgoing>> = {
    text: { type: 'text', text },
    product: { type: 'product', id: shortcut, title, tags: [], ...given, ...(text && { description: text }) },
    article: {
      type: 'article',
      title,
      url: form.url.trim(),
      ...(given.image && { image: given.image }),
      ...(text && { summary: text }),
    },
  };
  return {
    shortcut,
    title,
    content: contents[kind],
    ...(uid === undefined ? { scope, ...(scope === 'WORKGROUP' && { workgroup }) } : { uid }),
  };
}
