// Which carrier to use: they are tried in their order, the next one as soon as the one before is slow or has failed.

import type { ChatError } from '../errors/chat-error.js';
import { asChatError, errorOf } from '../errors/from-server.js';
import type { Carrier, Clock, Link } from '../types.js';

/** After this long the next carrier is started beside the one that is slow. */
export const SLOW_AFTER_MS = 4_000;

/** After this long a carrier is given up. */
export const GIVE_UP_AFTER_MS = 10_000;

/** The first link that opens. Rejects with the last error; at once with one that no carrier can mend. */
export function firstLink(
  carriers: readonly Carrier[],
  open: (carrier: Carrier, signal: AbortSignal) => Promise<Link>,
  clock: Clock,
): { readonly link: Promise<{ carrier: Carrier; link: Link }>; readonly abort: () => void } {
  const aborts: AbortController[] = [];
  const timers: (() => void)[] = [];
  let settled = false;
  const finish = () => {
    settled = true;
    timers.forEach((stop) => stop());
  };
  const link = new Promise<{ carrier: Carrier; link: Link }>((resolve, reject) => {
    let failures = 0;
    let started = 0;
    const fail = (error: ChatError) => {
      failures += 1;
      if (settled) {
        return;
      }
      if (isFinal(error) || failures === carriers.length) {
        finish();
        aborts.forEach((abort) => abort.abort());
        reject(error);
      } else if (failures === started) {
        start();
      }
    };
    const start = () => {
      const carrier = carriers[started];
      if (settled || !carrier) {
        return;
      }
      started += 1;
      const position = started;
      const abort = new AbortController();
      aborts.push(abort);
      let failed = false;
      const failOnce = (error: ChatError) => {
        if (!failed) {
          failed = true;
          abort.abort();
          fail(error);
        }
      };
      const startNext = () => position === started && start();
      timers.push(clock.after(SLOW_AFTER_MS, startNext));
      timers.push(
        clock.after(GIVE_UP_AFTER_MS, () => failOnce(errorOf('TIMEOUT', `${carrier.name} did not open`))),
      );
      open(carrier, abort.signal).then(
        (opened) => {
          if (settled || failed) {
            opened.close();
            return;
          }
          finish();
          aborts.filter((other) => other !== abort).forEach((other) => other.abort());
          resolve({ carrier, link: opened });
        },
        (thrown: unknown) => failOnce(asChatError(thrown)),
      );
    };
    start();
  });
  return {
    link,
    abort: () => {
      finish();
      aborts.forEach((abort) => abort.abort());
    },
  };
}

/** The server was reached and says no: another carrier would hear the same. */
function isFinal(error: ChatError): boolean {
  return error.code.startsWith('AUTH_') || error.code === 'FORBIDDEN' || error.code === 'LOCKED';
}
