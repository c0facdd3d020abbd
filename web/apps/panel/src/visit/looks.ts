// Colours, light or dark, and the height that the keyboard of a phone leaves.

import { paint } from './brand.js';
import type { Visit } from './visit.js';

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
    paint(root, visit.store.get().settings.brand, mode);
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
