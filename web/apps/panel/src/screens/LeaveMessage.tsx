// A message for later, when nobody is there.

import type { ConversationView } from '@deskwire/sdk';
import { useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { Icon } from '../ui/Icon.js';

/** The form, and what is said once it is sent. `onBack` leads back where the form was only offered. */
export function LeaveMessageForm({ view, onBack }: { view: ConversationView; onBack?: () => void }) {
  const { t } = useWords();
  const visit = useVisit();
  const { busy } = useVisitState();
  const [fields, setFields] = useState({ text: '', name: '', contact: '' });
  const [missing, setMissing] = useState(false);
  // It has been left if nobody has asked anew since.
  const left = view.messages.findLastIndex(({ content }) => content.type === 'left-message');
  const asked = view.messages.findLastIndex(
    ({ content }) => content.type === 'event' && content.event === 'LEAVE_MSG',
  );
  const [another, setAnother] = useState(false);
  if (left > asked && !another) {
    return (
      <div class="ended">
        <p class="done">
          <Icon name="check" />
          <b>{t('leave.done')}</b>
        </p>
        <p class="meta">{t('leave.later')}</p>
        <p class="choices">
          <button class="button outline" type="button" onClick={() => setAnother(true)}>
            {t('leave.another')}
          </button>
          {onBack && (
            <button class="button outline" type="button" onClick={onBack}>
              {t('panel.back')}
            </button>
          )}
        </p>
      </div>
    );
  }
  const set = (name: keyof typeof fields) => (event: { currentTarget: { value: string } }) => {
    setFields({ ...fields, [name]: event.currentTarget.value });
    setMissing(false);
  };
  return (
    <form
      class="leave"
      onSubmit={(event) => {
        event.preventDefault();
        const { text, name, contact } = fields;
        if (!text.trim()) {
          setMissing(true);
          return;
        }
        void visit
          .leaveMessage({
            text: text.trim(),
            ...(name.trim() ? { name: name.trim() } : {}),
            ...(contact.trim() ? { contact: contact.trim() } : {}),
          })
          .then(() => setAnother(false));
      }}
    >
      <h2>{t('leave.title')}</h2>
      <p class="meta">{t('leave.intro')}</p>
      <label>
        {t('leave.text')}
        <textarea
          class="input"
          rows={3}
          maxLength={2000}
          value={fields.text}
          aria-invalid={missing}
          {...(missing ? { 'aria-describedby': 'leave-missing' } : {})}
          onInput={set('text')}
        />
      </label>
      {missing && (
        <p class="problem" id="leave-missing" role="alert">
          {t('leave.required')}
        </p>
      )}
      <div class="pair">
        <label>
          {t('leave.contact')}
          <input
            class="input"
            value={fields.contact}
            maxLength={100}
            autoComplete="email"
            onInput={set('contact')}
          />
        </label>
        <label>
          {t('leave.name')}
          <input class="input" value={fields.name} maxLength={60} autoComplete="name" onInput={set('name')} />
        </label>
      </div>
      <p class="choices">
        <button class="button filled" type="submit" disabled={busy}>
          {t('leave.submit')}
        </button>
        {onBack && (
          <button class="button outline" type="button" onClick={onBack}>
            {t('action.cancel')}
          </button>
        )}
      </p>
    </form>
  );
}
