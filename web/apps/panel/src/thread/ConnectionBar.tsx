// One line over the log when the connection has been away for a while.

import { useWords } from '../texts/words.js';
import { useVisit } from '../visit/context.js';
import { useConnectionLine } from './connection-line.js';

/** The line, or nothing. */
export function ConnectionBar() {
  const { t } = useWords();
  const { client } = useVisit();
  const { line, now } = useConnectionLine(client);
  if (!line) {
    return null;
  }
  const words = () => {
    switch (line.kind) {
      case 'connecting':
        return t('connection.connecting');
      case 'offline':
        return t('connection.offline');
      case 'restored':
        return t('connection.restored');
      case 'retrying':
        return t('connection.retrying', {
          seconds: Math.max(0, Math.ceil((line.retryAt - now) / 1000)),
          attempt: line.attempt + 1,
        });
    }
  };
  return (
    <p class={line.kind === 'restored' ? 'connection ok' : 'connection'}>
      <span>{words()}</span>
      {line.kind === 'retrying' && (
        <button type="button" onClick={() => client.retryNow()}>
          {t('action.retry')}
        </button>
      )}
    </p>
  );
}
