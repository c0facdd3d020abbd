// Everything that is not needed all the time.

import { useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useView, useVisit, useVisitState } from '../visit/context.js';
import { addressOf } from '../visit/settings.js';
import type { Visit } from '../visit/visit.js';
import { downloadTranscript } from '../visit/transcript.js';
import { Icon } from '../ui/Icon.js';
import type { IconName } from '../ui/Icon.js';
import { Popover } from '../ui/Popover.js';
import { EndDialog, PrivacyDialog } from './dialogs.js';

function Item({
  icon,
  label,
  act,
  checked,
}: {
  icon: IconName;
  label: string;
  act: () => void;
  checked?: boolean;
}) {
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
      {...(checked === undefined ? {} : { 'aria-checked': checked })}
      onClick={act}
    >
      <Icon name={icon} />
      <span>{label}</span>
      {checked !== undefined && <span class={checked ? 'switch on' : 'switch'} />}
    </button>
  );
}

/** Opens a window with the panel. At once, while the browser sees that it is wanted; what the window asks is answered later. */
function popOut(visit: Visit): void {
  const address = `${addressOf(visit.options())}&window=1`;
  const opened = window.open(address, 'deskwire', 'popup,width=420,height=720');
  if (opened) {
    void import('../visit/popout.js').then(({ tellWindow }) => tellWindow(window, opened, visit));
  }
}

/** The menu of the header. */
export function Menu({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const { t, locale } = words;
  const visit = useVisit();
  const { sound, conversation, settings } = useVisitState();
  const [dialog, setDialog] = useState<'privacy' | 'end' | null>(null);
  const close = () => {
    setDialog(null);
    onClose();
  };
  if (dialog === 'privacy') {
    return <PrivacyDialog onClose={close} />;
  }
  if (dialog === 'end') {
    return <EndDialog onClose={close} />;
  }
  const after = (act: () => void) => () => {
    onClose();
    act();
  };
  return (
    <Popover label={t('panel.menu')} onClose={onClose}>
      <Item icon="sound" label={t('menu.sound')} checked={sound} act={() => visit.setSound(!sound)} />
      <Item
        icon="language"
        label={t('menu.language')}
        act={after(() => visit.setLocale(locale === 'en' ? 'zh-CN' : 'en'))}
      />
      <Item icon="clock" label={t('menu.history')} act={after(() => visit.go('history'))} />
      {conversation && (
        <Item
          icon="download"
          label={t('menu.transcript')}
          act={after(() => void downloadTranscript(conversation, words, settings.title))}
        />
      )}
      {visit.host.frame === 'embedded' && (
        <Item
          icon="out"
          label={t('menu.popout')}
          act={after(() => {
            popOut(visit);
            visit.host.post({ do: 'close' });
          })}
        />
      )}
      <Item icon="shield" label={t('menu.privacy')} act={() => setDialog('privacy')} />
      {conversation && <EndItem conversation={conversation} act={() => setDialog('end')} />}
    </Popover>
  );
}

function EndItem({ conversation, act }: { conversation: Parameters<typeof useView>[0]; act: () => void }) {
  const { t } = useWords();
  const { status } = useView(conversation);
  return status === 'closed' ? null : <Item icon="stop" label={t('menu.end')} act={act} />;
}
