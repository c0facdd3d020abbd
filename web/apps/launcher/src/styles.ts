// Looks of what stands on the shop's page. `!important` on the host wins over any rule of the page.

/** The style sheet of the shadow root. Colours come as custom properties set by script, so that no CSP is in the way. */
export const styles = `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;inset:auto 0 0 auto!important;
display:block!important;width:0!important;height:0!important;
font:15px/22px system-ui,"PingFang SC","Microsoft YaHei",sans-serif!important}
:host([data-left]){inset:auto auto 0 0!important}
:host([data-hidden]){display:none!important}
*{box-sizing:border-box}
[hidden]{display:none!important}
button{font:inherit;border:0;cursor:pointer;padding:0;background:none;color:inherit}
button:focus-visible{outline:2px solid #1257c9;outline-offset:2px}
.launch{position:absolute;right:20px;bottom:20px;width:56px;height:56px;border-radius:50%;display:grid;place-items:center;
background:var(--fill);color:var(--on-fill);box-shadow:0 4px 16px #0004}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.count{position:absolute;right:14px;bottom:60px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;
background:#b3261e;color:#fff;font-size:12px;font-weight:700;text-align:center;pointer-events:none}
.said{position:absolute;right:20px;bottom:92px;width:min(300px,calc(100vw - 40px));display:flex;background:Canvas;color:CanvasText;
border-radius:14px 14px 3px 14px;box-shadow:0 0 0 1px #8884,0 6px 24px #0003;animation:rise .18s cubic-bezier(.2,.8,.2,1)}
.said .read{flex:1;min-width:0;padding:12px 0 12px 16px;text-align:left;border-radius:14px}
.said b,.said span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;overflow-wrap:anywhere}
.said .away{flex:none;width:40px;height:40px;border-radius:14px}
.said .away svg{width:16px;height:16px}
.panel{position:absolute;right:20px;bottom:92px;width:400px;height:min(680px,calc(100vh - 112px));max-width:calc(100vw - 40px);
border-radius:20px;overflow:hidden;background:Canvas;box-shadow:0 0 0 1px #8884,0 16px 56px #0004;
animation:rise .18s cubic-bezier(.2,.8,.2,1)}
.panel iframe{display:block;width:100%;height:100%;border:0}
:host([data-left]) :is(.launch,.said,.panel){right:auto;left:20px}
:host([data-left]) .count{right:auto;left:58px}
:host([data-left]) .said{border-radius:14px 14px 14px 3px}
:host([data-full]) .panel{position:fixed;inset:0;width:100%;max-width:none;height:var(--height,100dvh);border-radius:0}
:host([data-full]) :is(.launch,.count,.said){display:none}
.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
@media(prefers-reduced-motion:reduce){*{animation:none!important}}
@media(forced-colors:active){.launch{border:2px solid}}
`;

/** Shown while the panel covers the page: the page behind it stays where it is. */
export const lockedPage = 'html,body{overflow:hidden!important;overscroll-behavior:none!important}';
