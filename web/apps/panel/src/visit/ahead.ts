// What is asked for before the panel's own script is there: on a slow network each answer waited for is a third of a second.

import type { Locale } from '@deskwire/i18n';
import type { PanelOptions } from '@deskwire/launcher/bridge';
import { fetchChannel } from './settings.js';
import type { ChannelSettings } from './settings.js';

type Known = Partial<ChannelSettings>;

let ahead: { readonly channel: string; readonly locale: Locale; readonly answer: Promise<Known> } | undefined;

/** Asks for the settings of the channel that the address names. */
export function askAhead({ channel }: PanelOptions, locale: Locale): void {
  if (channel) {
    ahead = { channel, locale, answer: fetchChannel(channel, locale) };
    ahead.answer.catch(() => undefined);
  }
}

/** The settings of the channel in use; nothing where there is none, or where they cannot be had. */
export async function channelSettings({ channel }: PanelOptions, locale: Locale): Promise<Known> {
  const asked = ahead?.channel === channel && ahead?.locale === locale ? ahead.answer : undefined;
  // An answer is good for the first look only: whoever asks again wants to know how it is by now.
  ahead = undefined;
  return channel ? (asked ?? fetchChannel(channel, locale)).catch(() => ({})) : {};
}
