// Pages of shops with all that can be in a widget's way.

const html = 'text/html; charset=utf-8';

/** Pages by path; `desk` is the origin of the chat server. The channel comes by the page's `location.hash`. */
export function shopPages(desk) {
  const start = `const channel = location.hash.slice(1);
window.events = [];
function Deskwire() { (Deskwire.q = Deskwire.q || []).push(arguments); }
Deskwire('init', { channel, language: document.documentElement.lang });
for (const event of ['ready', 'open', 'close', 'unread', 'message', 'conversation:start', 'conversation:end', 'agent',
  'queue', 'rating', 'availability', 'error']) {
  Deskwire('on', event, (value) => window.events.push([event, value]));
}
`;
  const body = (lang, style, text) => `<!doctype html><html lang="${lang}"><head>${style}<title>Shop</title>
<meta name="viewport" content="width=device-width,initial-scale=1"></head><body><main><h1>${text}</h1>
<p><button id="own">Own button</button></p><div style="height:3000px"></div></main>
<script src="/start.js"></script><script async src="${desk}/deskwire.js"></script></body></html>`;
  const page = (content, headers = {}) => ({ body: content, headers: { 'content-type': html, ...headers } });
  return {
    '/start.js': { body: start, headers: { 'content-type': 'text/javascript; charset=utf-8' } },
    '/plain': page(body('en', '', 'Shop')),
    '/strict': page(body('en', '', 'Shop').replace(/ style="[^"]*"/, ''), {
      'content-security-policy': `default-src 'none'; script-src 'self' ${desk}; frame-src ${desk}; require-trusted-types-for 'script'`,
    }),
    '/hostile': page(
      body(
        'en',
        '<style>*{font-size:40px!important;color:red!important}button{background:red!important;width:400px!important}div,iframe{display:none!important}</style>',
        'Shop',
      ),
    ),
    // 商店 in GBK.
    '/gbk': {
      body: Buffer.concat([
        Buffer.from('<!doctype html><html lang="zh-CN"><head><meta charset="gbk"><title>'),
        Buffer.from([0xc9, 0xcc, 0xb5, 0xea]),
        Buffer.from(body('zh-CN', '', 'Shop').split('<title>Shop')[1]),
      ]),
      headers: { 'content-type': 'text/html; charset=gbk' },
    },
    '/other': page('<!doctype html><title>Other</title><h1>Other page</h1>'),
  };
}
