// The panel's iframe and the port to it.

import type { FromPanel, PageFacts, ToPanel } from './bridge.js';

/** What the panel may know of the page. */
export const pageFacts = (): PageFacts => ({
  url: location.href,
  title: document.title,
  referrer: document.referrer,
});

/** The panel, as the page sees it. */
export interface Frame {
  readonly element: HTMLIFrameElement;
  post(message: ToPanel): void;
  remove: () => void;
}

/**
 * Puts the panel's iframe, with the page at `address`, into `parent`. It gets its port with `first()` when it has loaded, addressed to its origin:
 * whatever else might stand in the frame hears nothing, and nobody else is listened to.
 */
export function createFrame(
  parent: HTMLElement,
  address: string,
  title: string,
  first: () => ToPanel,
  listener: (message: FromPanel) => void,
): Frame {
  const element = document.createElement('iframe');
  let port: MessagePort | undefined;
  let waiting: ToPanel[] = [];
  element.title = title;
  element.allow = 'clipboard-write; autoplay';
  element.addEventListener('load', () => {
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (event: MessageEvent<FromPanel>) => listener(event.data);
    element.contentWindow?.postMessage(first(), new URL(address).origin, [channel.port2]);
    for (const message of waiting) {
      port.postMessage(message);
    }
    waiting = [];
  });
  element.src = address;
  parent.append(element);
  return {
    element,
    post(message) {
      if (port) {
        port.postMessage(message);
      } else {
        waiting.push(message);
      }
    },
    remove() {
      port?.close();
      element.remove();
    },
  };
}
