// A key or a command wants to write in the conversation that is open.

import { onScopeDispose } from 'vue';

/** To the visitor, or to colleagues. */
export type Mode = 'reply' | 'note';

let listener: ((mode: Mode) => void) | null = null;

/** The page with the composer listens while it is there. */
export function onWrite(write: (mode: Mode) => void): void {
  listener = write;
  onScopeDispose(() => {
    if (listener === write) {
      listener = null;
    }
  });
}

/** Puts the cursor into the composer, if there is one. */
export function writeHere(mode: Mode): void {
  listener?.(mode);
}
