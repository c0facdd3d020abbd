// Dialogs of the menu.

import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { storageWorks } from '../visit/storage.js';
import { Dialog } from '../ui/Dialog.js';

/** What is kept of the visitor, and how to be forgotten. */
export function PrivacyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const visit = useVisit();
  const { privacyUrl } = useVisitState().settings;
  return (
    <Dialog label={t('privacy.title')} onClose={onClose}>
      <h2>{t('privacy.title')}</h2>
      <p>{t('privacy.text')}</p>
      {!storageWorks() && <p class="problem">{t('down.storage')}</p>}
      {/^https?:\/\//.test(privacyUrl) && (
        <p>
          <a href={privacyUrl} target="_blank" rel="noopener noreferrer">
            {t('privacy.link')}
          </a>
        </p>
      )}
      <p class="choices">
        <button
          class="button outline"
          type="button"
          onClick={() => {
            onClose();
            void visit.forget().then(() => visit.begin());
          }}
        >
          {t('privacy.forget')}
        </button>
        <button class="button filled" type="button" onClick={onClose}>
          {t('action.close')}
        </button>
      </p>
    </Dialog>
  );
}

/** Whether the conversation is to end. */
export function EndDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const visit = useVisit();
  return (
    <Dialog label={t('end.title')} onClose={onClose}>
      <h2>{t('end.title')}</h2>
      <p>{t('end.text')}</p>
      <p class="choices">
        <button class="button outline" type="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button
          class="button filled"
          type="button"
          onClick={() => {
            onClose();
            void visit.end();
          }}
        >
          {t('end.confirm')}
        </button>
      </p>
    </Dialog>
  );
}
