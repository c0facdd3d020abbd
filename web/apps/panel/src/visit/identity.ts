// Who the visitor is, as the shop's page and server say it, in the words of `POST /visitor/api/v1/init`.

import type { PageFacts, PanelOptions } from '@deskwire/launcher/bridge';
import type { Locale } from '@deskwire/i18n';
import type { VisitorOptions } from '@deskwire/sdk';
import type { ChannelSettings } from './settings.js';

/** How the visitor is introduced. What is not signed is told too: agents see which is which. */
export function introductionOf(
  { visitor = {}, attributes }: PanelOptions,
  { organisation, channel }: ChannelSettings,
  page: PageFacts | undefined,
  lang: Locale,
): VisitorOptions {
  const { name, avatar, email, phone, id, signature } = visitor;
  return {
    organisation,
    channel: channel || 'WEB',
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
    more: {
      lang,
      ...page,
      email,
      mobile: phone,
      extra: attributes && JSON.stringify(attributes),
      userId: id,
      // A JWT has dots, a number in hexadecimal digits has none.
      [signature?.includes('.') ? 'userToken' : 'userHash']: signature,
    },
  };
}
