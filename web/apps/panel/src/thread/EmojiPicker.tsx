// Emoji to choose from, with the mouse or the arrow keys.

import { useWords } from '../texts/words.js';
import { Popover } from '../ui/Popover.js';
import { COLUMNS, emoji } from './emoji.js';

/** The picker; stays open so that several can be chosen. */
export function EmojiPicker({ choose, onClose }: { choose: (sign: string) => void; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Popover class="menu emoji" role="dialog" label={t('composer.emoji')} columns={COLUMNS} onClose={onClose}>
      {(Object.keys(emoji) as (keyof typeof emoji)[]).map((group) => (
        <div key={group} role="group" aria-label={t(`emoji.${group}`)}>
          {emoji[group].map((sign) => (
            <button key={sign} type="button" onClick={() => choose(sign)}>
              {sign}
            </button>
          ))}
        </div>
      ))}
    </Popover>
  );
}
