// The script on the shop's page: `<script async src="https://…/deskwire.js" data-channel="…"></script>`. Other options that are
// texts may stand beside the channel, as `data-side="left"`.

import { createLauncher } from './launcher.js';
import type { Launcher, LauncherOptions } from './launcher.js';

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
  const options = script.dataset as LauncherOptions;
  const begin = () => {
    if (options.channel) {
      launcher.init(options);
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
