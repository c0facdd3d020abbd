// The first steps of a new organisation: shown to its administrator until they are done or skipped.

import { computed, type ComputedRef } from 'vue';
import { client } from '../desk/client.js';
import { agents, workgroups, type ServerPage } from '../desk/organisation.js';
import { usePreferences } from '../desk/preferences.js';
import { useResource } from '../desk/resource.js';
import { useSession } from '../desk/session.js';

/** The steps in their order. */
export type Step = 'agents' | 'groups' | 'words' | 'channel';

/** Where an organisation stands. */
export interface Setup {
  readonly needed: ComputedRef<boolean>;
  readonly done: ComputedRef<ReadonlySet<Step>>;
  skip(): void;
}

/** Reads where the organisation stands, if we may change it. */
export function useSetup(): Setup {
  const session = useSession();
  const { choices } = usePreferences();
  const found = useResource(async () => {
    if (choices.setupSkipped || !session.isAdmin) {
      return null;
    }
    const [people, groups, channels] = await Promise.all([
      agents(),
      workgroups(),
      client.http.get<ServerPage<{ readonly uid: string }>>('/api/v1/channel/query/org'),
    ]);
    const first = groups[0];
    const settings = first
      ? await client.http.get<{ welcome: string | null }>('/api/v1/settings/query', { uid: first.uid })
      : null;
    const done = new Set<Step>();
    if (people.some(({ role }) => role !== 'ADMIN')) {
      done.add('agents');
    }
    if (groups.some((group) => group.agents.length > 0)) {
      done.add('groups');
    }
    if (settings?.welcome) {
      done.add('words');
    }
    // The first one is that of the demo shop.
    if (channels.content.some(({ uid }) => uid !== 'demo')) {
      done.add('channel');
    }
    return { done };
  });
  // Who the agent is may be known only after the page is there.
  session.$subscribe(() => {
    if (session.isAdmin && found.value.value === null && !choices.setupSkipped && !asked) {
      asked = true;
      void found.reload();
    }
  });
  let asked = session.isAdmin;
  return {
    needed: computed(
      () => found.value.value !== null && found.value.value.done.size < 4 && !choices.setupSkipped,
    ),
    done: computed(() => found.value.value?.done ?? new Set()),
    skip: () => (choices.setupSkipped = true),
  };
}
