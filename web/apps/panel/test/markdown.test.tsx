// @vitest-environment happy-dom

import { render } from 'preact';
import type { ComponentChildren } from 'preact';
import { describe, expect, it } from 'vitest';
import { linked } from '../src/content/linked.js';
import { markdown } from '../src/content/markdown.js';

function html(children: ComponentChildren): string {
  const place = document.createElement('div');
  render(<>{children}</>, place);
  return new XMLSerializer().serializeToString(place).replace(/^<div[^>]*>|<\/div>$/g, '');
}

const link = (url: string, words = url) =>
  `<a href="${url}" target="_blank" rel="noopener noreferrer nofollow">${words}</a>`;

describe('links', () => {
  it.each([
    ['nothing here', 'nothing here'],
    ['see https://a.example/b.', `see ${link('https://a.example/b')}.`],
    ['看这里：https://a.example/b，谢谢', `看这里：${link('https://a.example/b')}，谢谢`],
    ['(http://a.example)', `(${link('http://a.example')})`],
    ['https://a.example?q=1&r=2 x', `${link('https://a.example?q=1&amp;r=2')} x`],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
  ])('%s', (text, expected) => expect(html(linked(text))).toBe(expected));
});

describe('little Markdown', () => {
  it.each([
    ['one\ntwo\n\nthree', '<p>one<br />two</p><p>three</p>'],
    ['# Head\ntext', '<p><strong>Head</strong></p><p>text</p>'],
    [
      '- a\n- **b**\n\n1. c\n2. d',
      '<ul><li>a</li><li><strong>b</strong></li></ul><ol><li>c</li><li>d</li></ol>',
    ],
    ['a\n- b\nc', '<p>a</p><ul><li>b</li></ul><p>c</p>'],
    ['`<b>` and *so*', '<p><code>&lt;b&gt;</code> and <em>so</em></p>'],
    ['```\n**x**\n```\nend', '<pre>**x**</pre><p>end</p>'],
    ['```\nnot ended', '<pre>not ended</pre>'],
    ['[here](https://a.example)', `<p>${link('https://a.example', 'here')}</p>`],
    ['[here](javascript:alert(1))', '<p>[here](javascript:alert(1))</p>'],
    ['2 * 3 * 4', '<p>2 * 3 * 4</p>'],
    ['', ''],
  ])('%j', (text, expected) => expect(html(markdown(text))).toBe(expected));
});
