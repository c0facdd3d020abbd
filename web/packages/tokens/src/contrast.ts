// Contrast of colours, and a customer's brand colour made readable. WCAG 2.2, "relative luminance" and 1.4.3.

/** A colour as `#rrggbb`. */
export type Hex = string;

/** What text needs against what it stands on. */
export const TEXT_CONTRAST = 4.5;

type Rgb = readonly [number, number, number];

function parse(colour: Hex): Rgb {
  const value = Number.parseInt(colour.replace('#', ''), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function luminance(colour: Hex): number {
  const [red, green, blue] = parse(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours, 1 to 21. */
export function contrast(one: Hex, other: Hex): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Text on the colour: white where that can be read, else black, which then can. */
export function textOn(colour: Hex): Hex {
  return contrast('#ffffff', colour) >= TEXT_CONTRAST ? '#ffffff' : '#000000';
}

/** The colour, darkened or lightened until it can be read as text on `ground`. */
export function readableOn(colour: Hex, ground: Hex): Hex {
  const end: Rgb = luminance(ground) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  const start = parse(colour);
  for (let step = 0; step < 20; step += 1) {
    const mixed = start.map((part, index) => Math.round(part + (((end[index] ?? 0) - part) * step) / 20));
    const candidate = `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
    if (contrast(candidate, ground) >= TEXT_CONTRAST) {
      return candidate;
    }
  }
  return end[0] === 0 ? '#000000' : '#ffffff';
}
