// Parts of the page that are loaded when they are asked for. If one does not come that is told, and asking again tries again.

import { defineAsyncComponent, type AsyncComponentLoader, type Component } from 'vue';
import { useDialogs } from './dialogs.js';
import { explain, useToasts } from './toasts.js';

/** Tells that a part of the page could not be loaded. */
export function tellMissing(error: unknown): void {
  useToasts().fail(explain(error));
}

/** A dialog that is loaded when it is first opened; it is closed again if it does not come. */
export function dialogPart<T extends Component>(loader: AsyncComponentLoader<T>): T {
  return defineAsyncComponent<T>({
    loader,
    onError: (error, _retry, giveUp) => {
      useDialogs().shown = null;
      tellMissing(error);
      giveUp();
    },
  });
}
