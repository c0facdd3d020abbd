// Why something did not work, in words for visitors.

import type { ChatError } from '@deskwire/sdk';
import { useWords } from '../texts/words.js';
import type { Words } from '../texts/words.js';

/** Words for an error. */
export function wordsFor(problem: ChatError, t: Words['t']): string {
  switch (problem.code) {
    case 'NETWORK':
    case 'TIMEOUT':
    case 'OFFLINE':
    case 'BUSY':
    case 'INTERNAL':
    case 'SERVER_STOPPING':
      return t('error.network');
    case 'TOO_MANY':
      return t('error.too-many');
    case 'TOO_LARGE':
      return t('error.too-large');
    case 'RECALL_TOO_LATE':
      return t('error.recall-too-late');
    case 'AUTH_EXPIRED':
    case 'AUTH_REQUIRED':
      return t('error.auth');
    case 'NOT_ALLOWED':
    case 'FORBIDDEN':
      return t('error.not-allowed');
    default:
      return t('error.refused', { reason: problem.message });
  }
}

/** An error, said at once. */
export function ProblemLine({ problem }: { problem: ChatError }) {
  const { t } = useWords();
  return (
    <p class="problem" role="alert">
      {wordsFor(problem, t)}
    </p>
  );
}
