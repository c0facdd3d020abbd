// Who is writing.

import type { Person } from '@deskwire/sdk';
import { useWords } from '../texts/words.js';
import { Avatar } from '../ui/Avatar.js';

/** A bubble with three dots; words where motion is not wanted. */
export function TypingRow({ people }: { people: readonly Person[] }) {
  const { t } = useWords();
  const [person] = people;
  return person ? (
    <div class="message theirs typing">
      <Avatar person={person} />
      <div class="bubble">
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <span class="words">{t('thread.typing', { name: person.name || t(`role.${person.role}`) })}</span>
      </div>
    </div>
  ) : null;
}
