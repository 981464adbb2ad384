import type { ResultTable } from '@layerwise/contracts';
import { html, raw } from '../page/html.js';
import { base64 } from '../payloads/base64.js';
import { significant } from './significant.js';
import type { Figure } from './figure.js';
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

/**
 * Draws a figure with Vega-Lite into SVG: no browser, no canvas, text widths estimated.
 * Coordinates are rounded to 0.01 px, so that the last bits of a machine's arithmetic don't show.
 */
export async function draw({ name, alt, spec, data, png }: Drawing): Promise<Figure> {
  const [{ compile }, { parse, View, Warn }] = await Promise.all([import('vega-lite'), import('vega')]);
  const full = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...spec,
    data: { name: 'table', values: rowsOf(data) },
    config: VEGA_CONFIG,
  };
  const view = new View(parse(compile(full as unknown as Parameters<typeof compile>[0]).spec), {
    renderer: 'none',
    logLevel: Warn,
  });
  const drawn = ownIds(tidy(await view.toSVG(), alt), name);
  view.finalize();
  const svg = png ? drawn.replace(`href="${name}.png"`, `href="data:image/png;base64,${base64(png)}"`) : drawn;
  return { name, svg: raw(svg), file: standalone(svg), spec: full, data };
}

/** Vega counts clip paths over the life of the process; here they are named by figure. */
function ownIds(svg: string, name: string): string {
  const found = [...new Set([...svg.matchAll(/id="([^"]+)"/g)].map((match) => match[1]))];
  return svg.replace(
    /(id="|url\(#)([^")]+)/g,
    (_, before: string, id: string) => `${before}${name}-${found.indexOf(id)}`,
  );
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

/** One image with one text alternative, without Vega's inner roles and empty backgrounds. */
export function tidy(svg: string, alt: string): string {
  const { width, height } = size(svg);
  return svg
    .replace(/<path class="(background|foreground)"[^>]*d="(M0,0h0v0h0Z)?"[^>]*\/>/g, '')
    .replace(/<path class="(background|foreground)"[^>]*display="none"[^>]*\/>/g, '')
    .replace(/ (aria-[a-z]+|role|class|pointer-events|aria-roledescription)="[^"]*"/g, '')
    .replace(/<g><\/g>/g, '')
    .replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))))
    .replace(
      /<svg[^>]*>/,
      html`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img"
        aria-label="${alt}" viewBox="0 0 ${width} ${height}" style="max-width:${width}px">`.text,
    );
}

function size(svg: string): { width: number; height: number } {
  const found = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg);
  return { width: Math.ceil(Number(found?.[1])), height: Math.ceil(Number(found?.[2])) };
}

/** The same SVG as a file of its own: dark ink on white. */
export function standalone(svg: string): string {
  const { width, height } = size(svg);
  return (
    svg.replace(
      /style="max-width:[^"]*"/,
      `width="${width}" height="${height}" style="color:#1c1b19;background:#fff"`,
    ) + '\n'
  );
}
