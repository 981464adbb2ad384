/** Training and validation, in every curve. */
export const SERIES_COLOURS = { train: '#3f90da', validation: '#e76300', test: '#832db6' } as const;

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

/** Encoding of classes in their order. Vega-Lite makes one nested expression of a `sort` by names, too deep for a thousand of them. */
export function inOrder(names: readonly string[]): object {
  return { sort: null, scale: { domain: names } };
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
