// The page around the panel: the shop's page by way of the launcher, or nobody on a hosted page.

import type { FromPanel, ToPanel } from '@deskwire/launcher/bridge';

/** How the panel stands on the screen. */
export type Frame = 'embedded' | 'hosted';

/** The page around the panel. */
export interface Host {
  readonly frame: Frame;
  post(message: FromPanel): void;
}

/** The first message, with the port, comes from the window around us; everything later over the port. */
interface Hello {
  readonly data: ToPanel | undefined;
  readonly source: MessageEventSource | null;
  readonly ports: readonly MessagePort[];
}

/**
 * Waits for the launcher's port. Which pages may frame us is for `frame-ancestors` to say; here it counts that the port
 * comes from our own parent, and the last one that comes is the one in use. Escape closes the panel, unless something within
 * it has used the key.
 */
export function embeddedHost(page: Window, listener: (message: ToPanel) => void): Host {
  let port: MessagePort | undefined;
  page.addEventListener('message', ({ data, source, ports }: Hello) => {
    const [given] = ports;
    if (source !== page.parent || data?.do !== 'init' || !given) {
      return;
    }
    port?.close();
    port = given;
    port.onmessage = (event: MessageEvent<ToPanel>) => listener(event.data);
    listener(data);
  });
  const post: Host['post'] = (message) => port?.postMessage(message);
  // Wherever the focus is, nowhere included: what had it may be gone.
  page.addEventListener('keydown', (event) => event.key === 'Escape' && post({ do: 'close' }));
  return { frame: 'embedded', post };
}

/** A hosted page or a pop-out has nobody around it. */
export const hostedPage: Host = { frame: 'hosted', post: () => undefined };
