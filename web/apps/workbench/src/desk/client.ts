// The one client of this page, and the desk on top of it.

import { createClient } from '@deskwire/sdk';
import { createDesk } from '@deskwire/sdk/desk';

/** Visitors of a widget on the same origin are somebody else: the scope keeps us apart. */
export const client = createClient({ scope: 'workbench' });

/** What agents do. */
export const desk = createDesk(client);
