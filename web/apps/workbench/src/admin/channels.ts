// Channels as administrators set them up, what goes on the shop's pages, and what the preview shows.

import { client } from '../desk/client.js';
import type { ServerPage } from '../desk/organisation.js';

/** The languages of the visitors' pages. */
export type Language = 'zh-CN' | 'en';

/** A text in each language; an empty one is said in the other. */
export type Wording = Record<Language, string>;

/** Somebody whom visitors may ask for. */
export interface ChannelService {
  kind: 'workgroup' | 'agent';
  uid: string;
  name: Wording;
  description: Wording;
}

/** How a channel is set up; see "Channels" in the protocol reference. */
export interface ChannelSettings {
  services: ChannelService[];
  title: Wording;
  greeting: Wording;
  brand: string;
  side: 'left' | 'right';
  askName: boolean;
  privacyUrl: string;
  domains: string[];
  identity: 'off' | 'optional' | 'required';
}

/** A channel as the server lists it. */
export interface ChannelRow {
  readonly uid: string;
  readonly name: string;
  readonly settings: ChannelSettings;
  /** What signs identities; told when it is made, and never again. */
  readonly secret?: string;
}

/** What a visitor sees of a channel. */
export interface ShownChannel {
  readonly title: string;
  readonly greeting: string;
  readonly brand: string;
  readonly services: readonly { kind: string; id: string; name: string; description: string }[];
  readonly faqs: readonly { id: string; question: string; answer: string }[];
  readonly hours: string;
  readonly open: boolean;
  readonly askName: boolean;
  readonly privacyUrl: string;
}

/** The colour of channels that have none. */
export const defaultBrand = '#0b6b5b';

export const emptyWording = (): Wording => ({ 'zh-CN': '', en: '' });

/** Settings of a channel that nobody has set up. */
export function newSettings(workgroup: string | undefined): ChannelSettings {
  const services: ChannelService[] =
    workgroup === undefined
      ? []
      : [{ kind: 'workgroup', uid: workgroup, name: emptyWording(), description: emptyWording() }];
  return {
    services,
    title: emptyWording(),
    greeting: emptyWording(),
    brand: '',
    side: 'right',
    askName: false,
    privacyUrl: '',
    domains: [],
    identity: 'off',
  };
}

/** @throws ChatError */
export async function channels(): Promise<readonly ChannelRow[]> {
  const page = { pageSize: 100 };
  return (await client.http.get<ServerPage<ChannelRow>>('/api/v1/channel/query/org', page)).content;
}

/** Makes a channel, or changes the one called `uid`; the channel as it is then. @throws ChatError */
export function saveChannel(
  channel: { uid: string; name: string; settings: ChannelSettings },
  isNew: boolean,
): Promise<ChannelRow> {
  const { uid, ...rest } = channel;
  return client.http.post(`/api/v1/channel/${isNew ? 'create' : 'update'}`, uid ? channel : rest);
}

/** @throws ChatError */
export function dropChannel(uid: string): Promise<unknown> {
  return client.http.post('/api/v1/channel/delete', { uid });
}

/** Gives the channel another secret. @throws ChatError */
export async function renewSecret(uid: string): Promise<string> {
  return (await client.http.post<ChannelRow>('/api/v1/channel/secret', { uid })).secret ?? '';
}

/** How the saved channel looks: what the preview takes questions and hours from. @throws ChatError */
export function shownChannel(channel: string, language: Language): Promise<ShownChannel> {
  return client.http.get('/visitor/api/v1/channel', { channel, language });
}

/** The text that visitors of a language read. */
export const said = (wording: Wording, language: Language): string =>
  wording[language] || wording[language === 'en' ? 'zh-CN' : 'en'];

/** How unsaved settings will look. `names` are those of workgroups and agents; `saved` has what is set up elsewhere. */
export function previewOf(
  settings: ChannelSettings,
  language: Language,
  names: ReadonlyMap<string, string>,
  saved: ShownChannel | null,
): ShownChannel {
  return {
    title: said(settings.title, language),
    greeting: said(settings.greeting, language),
    brand: settings.brand,
    services: settings.services.map(({ kind, uid, name, description }) => ({
      kind,
      id: uid,
      name: said(name, language) || (names.get(uid) ?? uid),
      description: said(description, language),
    })),
    faqs: saved?.faqs ?? [],
    hours: saved?.hours ?? '',
    open: true,
    askName: settings.askName,
    privacyUrl: settings.privacyUrl,
  };
}

/** What goes on the shop's pages. The button is dressed before anything is loaded, so its looks stand here too. */
export function snippetOf(origin: string, uid: string, { side, brand }: ChannelSettings): string {
  const looks = `${side === 'left' ? ' data-side="left"' : ''}${brand ? ` data-brand="${brand}"` : ''}`;
  return `<script async src="${origin}/deskwire.js" data-channel="${uid}"${looks}></` + 'script>';
}

/** What a page adds that knows who its visitor is. */
export const identifySnippet =
  `<script>
  window.Deskwire = window.Deskwire || function () { (Deskwire.q = Deskwire.q || []).push(arguments); };
  Deskwire('identify', { id: 'USER_ID', name: 'NAME', signature: 'SIGNATURE' });
</` + 'script>';

/** How servers make `SIGNATURE`, by language. */
export const signatureSamples = {
  Node: `import { createHmac } from 'node:crypto';

const signature = createHmac('sha256', process.env.DESKWIRE_SECRET)
  .update(String(user.id))
  .digest('hex');`,
  Python: `import hashlib, hmac, os

signature = hmac.new(
    os.environ["DESKWIRE_SECRET"].encode(),
    str(user.id).encode(),
    hashlib.sha256,
).hexdigest()`,
  PHP: `<?php
$signature = hash_hmac('sha256', (string) $user->id, getenv('DESKWIRE_SECRET'));`,
} as const;

/** The languages of the samples. */
export type SampleLanguage = keyof typeof signatureSamples;
