// On phones the panel covers the page: the page behind neither scrolls nor takes the focus.

import { lockedPage } from './styles.js';

const small = '(max-width:520px)';

/** Whether the panel should cover the page. */
export const isSmall = (): boolean => matchMedia(small).matches;

/** Covers the page with `host`. Returns how to uncover it, with everything as it was. */
export function coverPage(host: HTMLElement): () => void {
  const lock = new CSSStyleSheet();
  lock.replaceSync(lockedPage);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, lock];
  const behind = [...document.body.children].filter(
    (element): element is HTMLElement => element instanceof HTMLElement && element !== host && !element.inert,
  );
  for (const element of behind) {
    element.inert = true;
  }
  // The keyboard of a phone covers the page without making it smaller; the panel has to stay above it.
  const viewport = window.visualViewport;
  const fit = () => {
    if (viewport) {
      host.style.setProperty('--height', `${viewport.height}px`);
    }
  };
  fit();
  viewport?.addEventListener('resize', fit);
  host.toggleAttribute('data-full', true);
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== lock);
    for (const element of behind) {
      element.inert = false;
    }
    viewport?.removeEventListener('resize', fit);
    host.style.removeProperty('--height');
    host.toggleAttribute('data-full', false);
  };
}
