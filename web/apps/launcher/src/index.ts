// The script on the shop's page: `<script async src="https://…/deskwire.js" data-channel="…"></script>`.

import { createLauncher } from './launcher.js';
import type { Launcher } from './launcher.js';

type Command = [method: keyof Launcher, ...values: unknown[]];

interface Deskwire {
  (...command: Command): unknown;
  /** What was asked for before this script was there. */
  q?: ArrayLike<unknown>[];
  loaded?: true;
}

declare global {
  interface Window {
    Deskwire?: Deskwire;
  }
}

const script = document.currentScript;

if (script instanceof HTMLScriptElement && !window.Deskwire?.loaded) {
  const early = window.Deskwire?.q ?? [];
  const launcher = createLauncher(new URL(script.src).origin);
  const deskwire: Deskwire = (method, ...values) =>
    (launcher[method] as ((...values: unknown[]) => unknown) | undefined)?.(...values);
  deskwire.loaded = true;
  window.Deskwire = deskwire;
  const { channel } = script.dataset;
  const begin = () => {
    if (channel) {
      launcher.init({ channel });
    }
    for (const command of early) {
      deskwire(...(Array.from(command) as Command));
    }
  };
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', begin);
  } else {
    begin();
  }
}
