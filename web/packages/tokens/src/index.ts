// The design's colours in numbers; the tokens themselves are in `tokens.css`.

export { TEXT_CONTRAST, contrast, readableOn, textOn } from './contrast.js';
export type { Hex } from './contrast.js';
