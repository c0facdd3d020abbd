// How this panel is set up: by the server for a channel, by the address of the page, or by the shop's page.

import type { PanelOptions } from '@deskwire/launcher/bridge';
import type { Faq } from '@deskwire/sdk';

/** Who may be asked. */
export interface Service {
  readonly kind: 'workgroup' | 'agent';
  /** uid. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

/** The set-up of a channel, as `GET /visitor/api/v1/channel` answers. */
export interface ChannelSettings {
  readonly channel: string;
  /** uid of the organisation. */
  readonly organisation: string;
  readonly title: string;
  readonly greeting: string;
  /** `#rrggbb`, or empty for our own. */
  readonly brand: string;
  /** At least one; the visitor chooses among several. */
  readonly services: readonly Service[];
  readonly faqs: readonly Faq[];
  /** Words such as "Mon to Fri, 9:00 to 18:00"; empty if always. */
  readonly hours: string;
  /** Whether somebody is there; null if that is not known. */
  readonly open: boolean | null;
  readonly askName: boolean;
  /** URL of the shop's privacy policy, or empty. */
  readonly privacyUrl: string;
}

const none: ChannelSettings = {
  channel: '',
  organisation: 'df_org_uid',
  title: '',
  greeting: '',
  brand: '',
  services: [{ kind: 'workgroup', id: 'df_wg_uid', name: '' }],
  faqs: [],
  hours: '',
  open: null,
  askName: false,
  privacyUrl: '',
};

/** The options that the address of a hosted page carries: `/chat/?channel=shop&lang=en`. */
export function optionsOf(query: URLSearchParams): PanelOptions {
  const language = query.get('lang');
  const theme = query.get('theme');
  const texts = ['channel', 'organisation', 'workgroup', 'agent', 'title', 'brand'] as const;
  const given = texts.flatMap((key) => {
    const value = query.get(key);
    return value ? [[key, value] as const] : [];
  });
  return {
    ...(Object.fromEntries(given) as Pick<PanelOptions, (typeof texts)[number]>),
    ...(language === 'en' || language === 'zh-CN' ? { language } : {}),
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
  };
}

/** The address of a hosted page with these options. */
export function addressOf(options: PanelOptions): string {
  const { channel, organisation, workgroup, agent, title, brand, language: lang, theme } = options;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries({
    channel,
    organisation,
    workgroup,
    agent,
    title,
    brand,
    lang,
    theme,
  })) {
    if (value) {
      query.set(key, value);
    }
  }
  return `/chat/?${query}`;
}

/** Puts together what the server says of the channel and what page or address ask for; the latter goes first. */
export function settingsFrom(known: Partial<ChannelSettings>, options: PanelOptions): ChannelSettings {
  const { agent, workgroup } = options;
  const asked: readonly Service[] | undefined = agent
    ? [{ kind: 'agent', id: agent, name: '' }]
    : workgroup
      ? [{ kind: 'workgroup', id: workgroup, name: '' }]
      : undefined;
  const services = asked ?? known.services ?? [];
  return {
    ...none,
    ...known,
    channel: options.channel ?? known.channel ?? none.channel,
    organisation: options.organisation ?? known.organisation ?? none.organisation,
    title: options.title ?? known.title ?? none.title,
    greeting: options.greeting ?? known.greeting ?? none.greeting,
    brand: options.brand ?? known.brand ?? none.brand,
    services: services.length > 0 ? services : none.services,
  };
}

/**
 * Options of the page on top of those that hold so far. Which pages may show a channel is said for the address of the panel:
 * so the address alone names the channel.
 */
export const withOptions = (before: PanelOptions, page: PanelOptions): PanelOptions => ({
  ...before,
  ...page,
  channel: before.channel,
});

/** Asks the server for the set-up of a channel; null where it has none of that name. @throws Error if it cannot be had now */
export async function fetchChannel(channel: string, language: string): Promise<ChannelSettings | null> {
  const query = new URLSearchParams({ channel, language });
  const response = await fetch(`/visitor/api/v1/channel?${query}`);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const { data } = (await response.json()) as { data?: ChannelSettings | false };
  return data || null;
}
