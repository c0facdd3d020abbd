// An offer that has to be paid in time.

import type { OrderCardContent } from '@deskwire/sdk';
import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';
import { useVisit, useVisitState } from '../visit/context.js';
import { Card } from './Card.js';

/** The time as the server has it, drawn anew each second while `running`. */
function useServerTime(running: boolean): number {
  const { client } = useVisit();
  const [now, setNow] = useState(() => Date.now() + client.clockOffsetMs);
  useEffect(() => {
    if (!running) {
      return;
    }
    const tick = () => setNow(Date.now() + client.clockOffsetMs);
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [running, client]);
  return now;
}

/** The card with its countdown. At zero nothing can be paid any more, even before the server has said so. */
export function OrderCard({ card, mine }: { card: OrderCardContent; mine: boolean }) {
  const { t, formats } = useWords();
  const { conversation } = useVisitState();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(false);
  const pending = card.status === 'pending';
  const left = (card.expiresAt ?? Infinity) - useServerTime(pending && card.expiresAt !== null);
  const status = pending && left <= 0 ? 'expired' : card.status;
  const whole = (card.countdownSeconds ?? 60) * 1000;
  const settle = async (how: 'pay' | 'cancel') => {
    setBusy(true);
    setProblem(false);
    try {
      await conversation?.settleOrderCard(card.id, how);
    } catch {
      setProblem(true);
    }
    setBusy(false);
  };
  return (
    <Card
      kind={t('card.offer')}
      title={card.name}
      tone={status === 'pending' ? 'warn' : status === 'paid' ? 'ok' : 'past'}
    >
      <p class="price">{card.price}</p>
      {status === 'pending' && Number.isFinite(left) && (
        <>
          <p class="countdown" role="timer">
            {t('card.left', { time: formats.span(left) })}
          </p>
          <progress max={whole} value={Math.min(left, whole)} aria-hidden="true" />
        </>
      )}
      {status === 'pending' && !mine && card.id !== 0 ? (
        <p class="choices">
          <button class="button filled" type="button" disabled={busy} onClick={() => void settle('pay')}>
            {t('card.pay')}
          </button>
          <button class="button outline" type="button" disabled={busy} onClick={() => void settle('cancel')}>
            {t('card.cancel')}
          </button>
        </p>
      ) : (
        <p class={`state ${status}`}>{t(`card.${status}`)}</p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {t('error.network')}
        </p>
      )}
    </Card>
  );
}
