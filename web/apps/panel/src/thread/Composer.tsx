// Where the visitor writes: text, emoji, and files by button, paste or drag.

import type { ChatMessage, Conversation } from '@deskwire/sdk';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { lineOf } from '../content/line.js';
import { EmojiPicker } from '../later.js';
import { useWords } from '../texts/words.js';
import { Icon } from '../ui/Icon.js';
import { useVisitState } from '../visit/context.js';
import { draftOf, keepDraft } from './drafts.js';
import { isSendKey } from './send-key.js';

/** The longest text, in UTF-16 code units: well under what the server takes in one message. */
const LONGEST = 10_000;

/** What the text will be: an answer to a message, or another wording of one. */
export interface Intent {
  readonly kind: 'quote' | 'edit';
  readonly message: ChatMessage;
}

interface Props {
  readonly conversation: Conversation;
  readonly intent: Intent | null;
  onIntentDone: () => void;
}

/** The composer. The draft outlives a reload; files go up at once. */
export function Composer({ conversation, intent, onIntentDone }: Props) {
  const words = useWords();
  const { t } = words;
  const { shown } = useVisitState();
  const { topic } = conversation;
  const [text, setText] = useState(() => draftOf(topic));
  const [picking, setPicking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const tooLong = text.length > LONGEST;
  const canSend = text.trim() !== '' && !tooLong;

  const write = (value: string) => {
    setText(value);
    if (intent?.kind !== 'edit') {
      keepDraft(topic, value);
      conversation.preview(value);
    }
    if (value) {
      conversation.typing();
    }
  };

  // As high as its text, up to what the style sheet allows.
  useLayoutEffect(() => {
    const box = field.current;
    if (box) {
      box.style.height = 'auto';
      box.style.height = `${box.scrollHeight}px`;
    }
  }, [text]);

  useEffect(() => {
    // On a touch screen the keyboard would cover what the visitor came to see.
    if (shown && !matchMedia('(pointer: coarse)').matches) {
      field.current?.focus();
    }
  }, [shown, topic]);

  useEffect(() => {
    if (intent) {
      setText(intent.kind === 'edit' ? lineOf(intent.message.content, words) : draftOf(topic));
      field.current?.focus();
    }
  }, [intent]);

  const upload = (list: FileList | null | undefined) => {
    for (const file of list ?? []) {
      // What becomes of it is shown at the message itself.
      conversation.upload(file).done.catch(() => undefined);
    }
  };

  const leaveIntent = () => {
    setText(draftOf(topic));
    onIntentDone();
  };

  const send = () => {
    if (!canSend) {
      return;
    }
    const said = text.trim();
    setText('');
    if (intent?.kind === 'edit') {
      void conversation.edit(intent.message.id, said).catch(() => undefined);
      leaveIntent();
    } else {
      const { message } = intent ?? {};
      const sending = message
        ? conversation.send({
            type: 'quote',
            text: said,
            quoted: {
              id: message.id,
              sender: message.mine ? t('thread.you') : message.sender.name,
              text: lineOf(message.content, words),
              at: message.at,
            },
          })
        : conversation.sendText(said);
      sending.done.catch(() => undefined);
      keepDraft(topic, '');
      conversation.preview('');
      onIntentDone();
    }
    field.current?.focus();
  };

  const insert = (sign: string) => {
    const box = field.current;
    const at = box?.selectionStart ?? text.length;
    write(text.slice(0, at) + sign + text.slice(box?.selectionEnd ?? at));
    requestAnimationFrame(() => box?.setSelectionRange(at + sign.length, at + sign.length));
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {intent && (
        <p class="intent">
          <span>
            <b>
              {intent.kind === 'edit'
                ? t('composer.editing')
                : t('composer.quoting', { name: intent.message.sender.name })}
            </b>
            {lineOf(intent.message.content, words)}
          </span>
          <button
            class="icon-button small"
            type="button"
            aria-label={t('action.cancel')}
            onClick={leaveIntent}
          >
            <Icon name="close" />
          </button>
        </p>
      )}
      {tooLong && (
        <p class="problem" role="alert">
          {t('composer.long')}
        </p>
      )}
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={t('composer.label')}
          placeholder={t('composer.placeholder')}
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (isSendKey(event)) {
              event.preventDefault();
              send();
            } else if (event.key === 'Escape' && intent) {
              event.stopPropagation();
              leaveIntent();
            }
          }}
          onPaste={(event) => {
            if (event.clipboardData?.files.length) {
              event.preventDefault();
              upload(event.clipboardData.files);
            }
          }}
        />
        <button class="send" type="submit" disabled={!canSend} aria-label={t('composer.send')}>
          <Icon name="send" />
        </button>
      </div>
      <div class="tools">
        <button
          class="icon-button"
          type="button"
          aria-label={t('composer.emoji')}
          aria-haspopup="dialog"
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          <Icon name="smile" />
        </button>
        <button
          class="icon-button"
          type="button"
          aria-label={t('composer.file')}
          onClick={() => files.current?.click()}
        >
          <Icon name="attach" />
        </button>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            upload(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
        {picking && <EmojiPicker choose={insert} onClose={() => setPicking(false)} />}
      </div>
    </form>
  );
}
