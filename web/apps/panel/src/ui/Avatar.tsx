// Who somebody is, as a small disc.

import type { Person } from '@deskwire/sdk';
import { Icon } from './Icon.js';

/** A picture, or the first letter of the name. The name itself stands beside it. */
export function Avatar({
  person,
  large = false,
}: {
  person: Pick<Person, 'name' | 'avatar' | 'role'>;
  large?: boolean;
}) {
  const inside = person.avatar ? (
    <img src={person.avatar} alt="" />
  ) : person.role === 'robot' ? (
    <Icon name="robot" />
  ) : (
    Array.from(person.name.trim())[0]?.toUpperCase() || <Icon name="person" />
  );
  return (
    <span class={large ? 'avatar large' : 'avatar'} aria-hidden="true">
      {inside}
    </span>
  );
}
