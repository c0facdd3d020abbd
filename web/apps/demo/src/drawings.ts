// The goods, drawn in a few strokes.

const namespace = 'http://www.w3.org/2000/svg';

/** Paths with their class: `glaze` is filled, `shade` darker, `light` brighter, `stroke` only drawn. */
const drawings = {
  teapot: [
    ['stroke', 'M150 82q34-2 34 22t-40 30'],
    ['glaze', 'M58 78 26 62q-8-4-12 2 16 8 26 44Z'],
    ['glaze', 'M50 82q-14 66 20 78h64q34-12 20-78Z'],
    ['shade', 'M118 160h16q34-12 20-78h-20q12 62-16 78Z'],
    ['light', 'M64 94q-6 36 6 54'],
    ['glaze', 'M58 78q44-26 88 0Z'],
    ['shade', 'M94 60a8 8 0 1 1 16 0l-2 6H96Z'],
  ],
  cup: [
    ['glaze', 'M24 90h72q2 52-22 62H46Q22 142 24 90Z'],
    ['shade', 'M80 90h16q2 52-22 62H62q22-10 18-62Z'],
    ['glaze', 'M108 100h68q2 46-20 54h-28q-22-8-20-54Z'],
    ['shade', 'M160 100h16q2 46-20 54h-12q20-8 16-54Z'],
    ['light', 'M36 102q0 24 6 34M120 112q0 20 6 28'],
    ['stroke', 'M52 74q-8-10 0-20M68 74q-8-10 0-20'],
  ],
  bowl: [
    ['glaze', 'M36 92h128q2 44-40 64H76Q34 136 36 92Z'],
    ['shade', 'M146 92h18q2 44-40 64h-22q44-20 44-64Z'],
    ['light', 'M52 104q4 26 18 38'],
    ['glaze', 'M46 86q54-40 108 0Z'],
    ['shade', 'M86 52h28l-4 10H90Z'],
    ['stroke', 'M30 164h140'],
  ],
  jar: [
    ['shade', 'M72 44h56v18H72Z'],
    ['glaze', 'M64 62h72q26 10 24 52-2 40-22 48H62q-20-8-22-48-2-42 24-52Z'],
    ['shade', 'M124 62h12q26 10 24 52-2 40-22 48h-16q24-8 24-50 0-38-22-50Z'],
    ['light', 'M58 80q-10 34 2 66'],
    ['stroke', 'M84 104h32M84 116h32M92 128h16'],
  ],
} as const;

/** One of the goods as a drawing; the name stands beside it. */
export function drawing(name: keyof typeof drawings): SVGSVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 200 200');
  svg.setAttribute('aria-hidden', 'true');
  for (const [look, shape] of drawings[name]) {
    const path = document.createElementNS(namespace, 'path');
    path.setAttribute('class', look);
    path.setAttribute('d', shape);
    svg.append(path);
  }
  return svg;
}
