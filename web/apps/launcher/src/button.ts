// The button on the shop's page, its count of unread messages, and what was said while the panel was away.

import { textOn } from '@deskwire/tokens';
import { styles } from './styles.js';

const chatShape = 'M21 11.5a8.4 8.4 0 0 1-12 7.6L3.5 20.5 5 15.4A8.4 8.4 0 1 1 21 11.5Z';
const closeShape = 'M6 6l12 12M18 6 6 18';
const downShape = 'm6 9 6 6 6-6';
const defaultBrand = '#0b6b5b';

/** Makes an element with properties and children. */
function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** An icon; its button has a name. */
function icon(shape: string): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.append(document.createElementNS(namespace, 'path'));
  svg.firstElementChild?.setAttribute('d', shape);
  return svg;
}

/** What of the launcher can be seen. */
export interface Button {
  readonly host: HTMLElement;
  /** The frame of the panel goes in here. */
  readonly panel: HTMLElement;
  readonly launch: HTMLButtonElement;
  paint(brand: string | undefined, theme: string | undefined): void;
  label(texts: { open: string; close: string; panel: string; dismiss: string }): void;
  shown(open: boolean): void;
  unread(count: number, words: string): void;
  /** Shows a line beside the button; null takes it away. */
  say: (line: { sender: string; text: string } | null) => void;
}

/** Builds the button into a shadow root, which the page's rules do not reach. */
export function createButton(actions: { toggle: () => void; near: () => void }): Button {
  const host = make('div', {});
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  const panel = make('div', { className: 'panel', role: 'dialog', hidden: true });
  const launch = make('button', { className: 'launch', ariaHasPopup: 'dialog' });
  const count = make('span', { className: 'count', ariaHidden: 'true', hidden: true });
  const status = make('span', { className: 'quiet', role: 'status' });
  const read = make('button', { className: 'read' });
  const away = make('button', { className: 'away' }, icon(closeShape));
  const said = make('div', { className: 'said', hidden: true }, read, away);
  let words = { open: '', close: '' };
  let isOpen = false;
  const show = () => {
    launch.replaceChildren(icon(isOpen ? downShape : chatShape));
    launch.ariaExpanded = String(isOpen);
    launch.ariaLabel = isOpen ? words.close : words.open;
  };
  launch.onclick = read.onclick = () => actions.toggle();
  launch.addEventListener('pointerenter', actions.near, { once: true });
  away.onclick = () => {
    said.hidden = true;
    launch.focus();
  };
  root.append(said, panel, launch, count, status);
  return {
    host,
    panel,
    launch,
    paint(brand, theme) {
      const fill = brand && /^#[\da-f]{6}$/i.test(brand) ? brand : defaultBrand;
      host.style.setProperty('--fill', fill);
      host.style.setProperty('--on-fill', textOn(fill));
      panel.style.colorScheme = said.style.colorScheme =
        theme === 'dark' || theme === 'light' ? theme : 'light dark';
    },
    label(texts) {
      words = texts;
      panel.ariaLabel = texts.panel;
      away.ariaLabel = texts.dismiss;
      show();
    },
    shown(open) {
      isOpen = open;
      panel.hidden = !open;
      show();
    },
    unread(number, text) {
      count.hidden = number === 0;
      count.textContent = number > 99 ? '99+' : String(number);
      status.textContent = number === 0 ? '' : text;
    },
    say(line) {
      said.hidden = line === null;
      read.replaceChildren(...(line ? [make('b', {}, line.sender), make('span', {}, line.text)] : []));
    },
  };
}
