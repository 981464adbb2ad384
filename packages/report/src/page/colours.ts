/**
 * One colour per class, the same in every figure: the ten-colour sequence of M. A. Petroff,
 * "Accessible Color Sequences for Data Visualization" (arXiv:2107.02270), chosen to stay apart for
 * common colour-vision deficiencies and on light and dark ground.
 */
export const CLASS_COLOURS = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#717581',
  '#92dadd',
] as const;

/** The end colours of signed maps: negative, positive. */
export const SIGNED_COLOURS = { negative: '#e76300', positive: '#3f90da' } as const;

/** The colour of a class; colours repeat past ten classes. */
export function classColour(index: number): string {
  return CLASS_COLOURS[index % CLASS_COLOURS.length];
}

/** `#3f90da` as [63, 144, 218]. */
export function rgb(colour: string): readonly [number, number, number] {
  const n = Number.parseInt(colour.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** Whether white (else black) text stands out on a colour: by relative luminance, gamma taken as 2. */
export function lightTextOn(colour: string): boolean {
  const [r, g, b] = rgb(colour).map((channel) => (channel / 255) ** 2) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.36;
}
