// Colours, light or dark, and the height that the keyboard of a phone leaves.

import type { Visit } from './visit.js';

/** Puts the colours of a brand on the page; most shops have none, and need not know how it is done. */
async function paint(root: HTMLElement, brand: string, mode: 'light' | 'dark'): Promise<void> {
  const wanted = /^#[\da-f]{6}$/i.test(brand) ? brand.toLowerCase() + mode : '';
  if (root.dataset['brand'] === wanted || (!wanted && !root.dataset['brand'])) {
    return;
  }
  root.dataset['brand'] = wanted;
  const { brandColours } = await import('./brand.js');
  // What was asked for meanwhile goes first.
  if (root.dataset['brand'] === wanted) {
    for (const [name, value] of Object.entries(
      brandColours(wanted ? brand.toLowerCase() : '#000000', mode),
    )) {
      root.style.setProperty(name, wanted ? value : null);
    }
  }
}

/** Keeps the page's looks as the shop and the system want them. */
export function watchLooks(visit: Visit): void {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const look = () => {
    const { theme = 'auto' } = visit.options();
    const mode = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
    if (theme === 'auto') {
      delete root.dataset['theme'];
    } else {
      root.dataset['theme'] = theme;
    }
    root.dataset['mode'] = mode;
    void paint(root, visit.store.get().settings.brand, mode);
  };
  look();
  visit.store.subscribe(look);
  dark.addEventListener('change', look);

  const viewport = window.visualViewport;
  const fit = () => {
    if (viewport) {
      root.style.setProperty('--height', `${viewport.height}px`);
    }
  };
  fit();
  viewport?.addEventListener('resize', fit);
}
