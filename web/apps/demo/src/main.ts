// A small shop with the widget on it, as a shop owner would put it there.

import { chooseLocale, createTranslator } from '@deskwire/i18n';
import type { Locale } from '@deskwire/i18n';
import type { LauncherOptions } from '@deskwire/launcher';
import { drawing } from './drawings.js';
import { dictionaries, goods } from './texts.js';

type Chat = ((method: string, ...values: unknown[]) => void) & { q?: unknown[][] };

/** Asks the launcher, which may not be there yet: then it finds what was asked for in the queue. */
function chat(method: string, ...values: unknown[]): void {
  const page = window as Window & { Deskwire?: Chat };
  if (!page.Deskwire) {
    const queue: unknown[][] = [];
    page.Deskwire = Object.assign((...command: unknown[]) => void queue.push(command), { q: queue });
  }
  page.Deskwire(method, ...values);
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  look: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (look) {
    element.className = look;
  }
  element.append(...children);
  return element;
}

function link(look: string, href: string, text: string): HTMLAnchorElement {
  const element = make('a', look, text);
  element.href = href;
  return element;
}

function button(look: string, text: string, act: () => void): HTMLButtonElement {
  const element = make('button', look, text);
  element.type = 'button';
  element.addEventListener('click', act);
  return element;
}

function shopIn(locale: Locale): Node[] {
  const t = createTranslator(dictionaries, locale);
  const other = locale === 'en' ? 'zh-CN' : 'en';
  const shelf = make('section', 'shelf');
  shelf.id = 'goods';
  shelf.append(
    make('h2', '', t('goods')),
    make(
      'ul',
      'goods',
      ...goods.map(({ name, text, price }) =>
        make(
          'li',
          '',
          make('div', 'stage', drawing(name)),
          make('h3', '', t(name)),
          make('p', 'small', t(text)),
          make(
            'p',
            'buy',
            make('b', '', price[locale]),
            button('quiet', t('ask'), () => chat('send', t('question', { name: t(name) }))),
          ),
        ),
      ),
    ),
  );
  const promises = make(
    'ul',
    'promises',
    ...(['promise', 'sent', 'person'] as const).map((key) =>
      make('li', '', make('h3', '', t(key)), make('p', 'small', t(`${key}Text`))),
    ),
  );
  return [
    make('p', 'ribbon', t('ribbon'), ' ', link('', '/agent', t('workbench'))),
    make(
      'header',
      '',
      make('p', 'brand', t('shop')),
      make('nav', '', link('', '#goods', t('goods')), link('', `?lang=${other}`, t('language'))),
    ),
    make(
      'main',
      '',
      make(
        'section',
        'hero',
        make(
          'div',
          '',
          make('h1', '', t('title')),
          make('p', 'intro', t('intro')),
          make(
            'p',
            'calls',
            button('loud', t('talk'), () => chat('open')),
            link('quiet', '#goods', t('look')),
          ),
        ),
        make('div', 'scene', drawing('teapot')),
      ),
      shelf,
      promises,
    ),
    make('footer', '', make('p', 'small', t('shop'))),
  ];
}

const query = new URLSearchParams(location.search);
const locale = chooseLocale([query.get('lang') ?? '', ...navigator.languages]);
const t = createTranslator(dictionaries, locale);
const options: LauncherOptions = {
  channel: 'demo',
  language: locale,
  invitation: { text: t('invitation'), sender: t('sender'), afterSeconds: 4 },
};

document.documentElement.lang = locale;
document.title = t('shop');
document.getElementById('shop')?.replaceChildren(...shopIn(locale));
chat('init', options);
