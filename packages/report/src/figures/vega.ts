import type { ResultTable } from '@layerwise/contracts';
import { raw } from '../page/html.js';
import { base64 } from '../payloads/base64.js';
import { significant } from './significant.js';
import type { Figure } from './figure.js';
import type { Hands } from './hands.js';
import { VEGA_CONFIG } from './theme.js';

/** What to draw: a Vega-Lite unit or layer specification without data, and its rows. */
export interface Drawing {
  readonly name: string;
  /** What the figure shows, for those who cannot see it. */
  readonly alt: string;
  readonly spec: object;
  readonly data: ResultTable;
  /** A picture that the specification names as `<name>.png`; it is put into the SVG when that is drawn, since Vega would read it letter by letter. */
  readonly png?: Uint8Array;
}

/** Draws a figure with Vega-Lite into SVG. */
export async function draw({ name, alt, spec, data, png }: Drawing, hands: Hands): Promise<Figure> {
  const full = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...spec,
    data: { name: 'table', values: rowsOf(data) },
    config: VEGA_CONFIG,
  };
  const drawn = await hands.do({ kind: 'drawing', name, alt, spec: full });
  const embed = (svg: string): string =>
    png ? svg.replace(`href="${name}.png"`, `href="data:image/png;base64,${base64(png)}"`) : svg;
  return { name, svg: raw(embed(drawn)), file: embed(standalone(drawn)), spec: full, data };
}

/** Rows of a result table as objects, with at most six significant digits; for small tables only. */
export function rowsOf(table: ResultTable): Record<string, unknown>[] {
  const entries = Object.entries(table);
  const length = entries[0]?.[1].values.length ?? 0;
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(
      entries.map(([name, { values }]) => [
        name,
        typeof values[i] === 'number' ? missingAsNull(significant(values[i])) : values[i],
      ]),
    ),
  );
}

function missingAsNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Width and height of an SVG, in whole px. */
export function sizeOf(svg: string): { width: number; height: number } {
  const found = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg);
  return { width: Math.ceil(Number(found?.[1])), height: Math.ceil(Number(found?.[2])) };
}

/** The same SVG as a file of its own: dark ink on white. */
export function standalone(svg: string): string {
  const { width, height } = sizeOf(svg);
  return (
    svg.replace(
      /style="max-width:[^"]*"/,
      `width="${width}" height="${height}" style="color:#1c1b19;background:#fff"`,
    ) + '\n'
  );
}
