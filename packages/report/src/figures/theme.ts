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

/** Training and validation, in every curve. */
export const SERIES_COLOURS = { train: '#3f90da', validation: '#e76300', test: '#832db6' } as const;

/** The end colours of signed maps: negative, positive. */
export const SIGNED_COLOURS = { negative: '#e76300', positive: '#3f90da' } as const;

/** The colour of a class; colours repeat past ten classes. */
export function classColour(index: number): string {
  return CLASS_COLOURS[index % CLASS_COLOURS.length] as string;
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

/** Axis of classes: names upright where they are short, slanted where they are long, none where there are too many. */
export function classAxis(names: readonly string[]): object {
  const slanted = names.length > 12 || names.some((name) => name.length > 2);
  return {
    ticks: false,
    labels: names.length <= 40,
    labelAngle: slanted ? -50 : 0,
    labelLimit: 90,
    ...(slanted && { labelAlign: 'right', labelBaseline: 'middle' }),
  };
}

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/** Vega-Lite configuration of every figure: text takes the page's colour, so one SVG serves light and dark. */
export const VEGA_CONFIG = {
  background: null,
  font: FONT,
  padding: 4,
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: 'currentColor',
    subtitleColor: 'currentColor',
    fontSize: 14,
    fontWeight: 600,
    subtitleFontSize: 12,
    offset: 10,
    frame: 'group',
  },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    titleFontWeight: 400,
    labelFontSize: 12,
    titleFontSize: 12,
    labelOpacity: 0.85,
    titleOpacity: 0.85,
    domain: false,
    tickColor: 'currentColor',
    tickOpacity: 0.35,
    tickSize: 4,
    gridColor: 'currentColor',
    gridOpacity: 0.12,
    titlePadding: 8,
  },
  legend: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 400,
    symbolStrokeWidth: 3,
    orient: 'top',
    offset: 6,
  },
  header: { labelColor: 'currentColor', titleColor: 'currentColor', labelFontSize: 12 },
} as const;
