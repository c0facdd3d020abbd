// The conversation: log, composer, and what stands between them as the conversation goes.

import type { ChatMessage, Conversation } from '@deskwire/sdk';
import { useMemo, useState } from 'preact/hooks';
import { Ended, LeaveMessageForm, QueueCard } from '../later.js';
import { useView, useVisitState } from '../visit/context.js';
import { Composer } from '../thread/Composer.js';
import type { Intent } from '../thread/Composer.js';
import { FileDrop } from '../thread/FileDrop.js';
import { Log } from '../thread/Log.js';
import type { ThreadActions } from '../thread/MessageRow.js';
import { ProblemLine } from './ProblemLine.js';

/** Whether a message of the running service waits to be left. */
function isAway(status: string): boolean {
  return status === 'offline' || status === 'timeout';
}

/** The screen of one conversation. */
export function Thread({ conversation }: { conversation: Conversation }) {
  const view = useView(conversation);
  const { problem } = useVisitState();
  const [intent, setIntent] = useState<Intent | null>(null);
  const [leaving, setLeaving] = useState(false);
  const actions = useMemo<ThreadActions>(() => {
    const quietly = (done: Promise<unknown>) => void done.catch(() => undefined);
    return {
      say: (text) => quietly(conversation.sendText(text).done),
      quote: (message: ChatMessage) => setIntent({ kind: 'quote', message }),
      edit: (message) => setIntent({ kind: 'edit', message }),
      recall: ({ id }) => quietly(conversation.recall(id)),
      react: ({ id }, emoji) => quietly(conversation.react(id, emoji)),
      retry: ({ id }) => conversation.retry(id),
      remove: ({ id }) => void conversation.cancel(id),
    };
  }, [conversation]);
  const away = isAway(view.status) || leaving;
  return (
    <FileDrop
      take={(files) => {
        for (const file of files) {
          conversation.upload(file).done.catch(() => undefined);
        }
      }}
    >
      {view.status === 'queuing' && !leaving && <QueueCard view={view} leave={() => setLeaving(true)} />}
      <Log conversation={conversation} view={view} actions={actions} />
      {problem && <ProblemLine problem={problem} />}
      {away ? (
        <LeaveMessageForm view={view} {...(leaving ? { onBack: () => setLeaving(false) } : {})} />
      ) : view.status === 'closed' ? (
        <Ended conversation={conversation} view={view} />
      ) : (
        <Composer
          key={conversation.topic}
          conversation={conversation}
          intent={intent}
          onIntentDone={() => setIntent(null)}
        />
      )}
    </FileDrop>
  );
}
