// The panel in a window of its own. Browsers part what it keeps in a frame of another site from what it keeps in a window, so
// the window asks the frame that has opened it who the visitor is. The address says nothing of that: addresses are seen and kept.

import type { PanelOptions } from '@deskwire/launcher/bridge';
import type { ClientOptions, KeyValueStore } from '@deskwire/sdk';
import type { Visit } from './visit.js';

/** What the window asks its opener. */
const WHO = 'deskwire:who';

/** What it is told. */
interface Handover {
  readonly deskwire: 'visitor';
  /** uid of the visitor; null if it is nobody yet. */
  readonly visitor: string | null;
  readonly options: PanelOptions;
}

/**
 * Tells the window `opened` who the visitor is, as often as it asks: nobody else, and nothing if it shows another site by now.
 * The window ends when the visitor is forgotten here.
 */
export function tellWindow(
  page: Window,
  opened: Window,
  { client, options }: Pick<Visit, 'client' | 'options'>,
): void {
  const { origin } = page.location;
  page.onmessage = ({ source, origin: from, data }: MessageEvent<unknown>) => {
    if (source === opened && from === origin && data === WHO) {
      const told: Handover = {
        deskwire: 'visitor',
        visitor: client.identity?.id ?? null,
        options: options(),
      };
      opened.postMessage(told, origin);
    }
  };
  client.on('identity', (identity) => identity ?? opened.close());
}

/** How long the opener may take, in milliseconds. It may be gone, or another page altogether. */
const PATIENCE_MS = 2000;
/** It is asked again until it listens, after so many milliseconds. */
const AGAIN_MS = 100;

/** How to begin in the window. */
export interface Beginning {
  readonly options: PanelOptions;
  readonly client: ClientOptions;
  readonly visitor: string | null;
}

/** Asks the page that has opened `page`, if that is a panel of ours; null where nobody answers. */
export function askOpener(page: Window): Promise<Handover | null> {
  const opener = page.opener as Window | null;
  const { origin } = page.location;
  return new Promise((resolve) => {
    const finish = (told: Handover | null) => {
      clearTimeout(timer);
      clearInterval(asking);
      page.removeEventListener('message', hear);
      resolve(told);
    };
    const hear = ({ source, origin: from, data }: MessageEvent<Handover | undefined>) => {
      if (source === opener && from === origin && data?.deskwire === 'visitor') {
        finish(data);
      }
    };
    const timer = setTimeout(() => finish(null), opener ? PATIENCE_MS : 0);
    const ask = () => opener?.postMessage(WHO, origin);
    const asking = setInterval(ask, AGAIN_MS);
    page.addEventListener('message', hear);
    ask();
  });
}

/**
 * Keeps texts as long as the window, over reloads; in memory where that is forbidden. Not longer: the panel of the next shop may
 * open a window for somebody else.
 */
function windowStore(storage: () => Storage): KeyValueStore {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | null => {
    try {
      return use(storage());
    } catch {
      return null;
    }
  };
  return {
    get: (key) => attempt((kept) => kept.getItem(key)) ?? memory.get(key) ?? null,
    set(key, text) {
      memory.set(key, text);
      attempt((kept) => kept.setItem(key, text));
    },
    remove(key) {
      memory.delete(key);
      attempt((kept) => kept.removeItem(key));
    },
  };
}

/** How the window begins: `options` are those of its address. */
export async function takeOver(page: Window, options: PanelOptions): Promise<Beginning> {
  const told = await askOpener(page);
  return {
    options: { ...options, ...told?.options },
    client: { runtime: { store: windowStore(() => page.sessionStorage) } },
    visitor: told?.visitor ?? null,
  };
}
