import { parse, View, Warn } from 'vega';
import { compile } from 'vega-lite';
import { html } from '../page/html.js';
import type { DrawingJob } from './hands.js';
import { sizeOf } from './vega.js';

/**
 * Draws a Vega-Lite specification into SVG: no browser, no canvas, text widths estimated.
 * Coordinates are rounded to 0.01 px, so that the last bits of a machine's arithmetic don't show.
 */
export async function svgOf({ name, alt, spec }: Omit<DrawingJob, 'kind'>): Promise<string> {
  // What Vega would say of each mark to those who cannot see it is left out by `tidy`; nothing is gained by working it out.
  const silent = { ...spec, config: { ...(spec as { config?: object }).config, aria: false } };
  const view = new View(parse(compile(silent as unknown as Parameters<typeof compile>[0]).spec), {
    renderer: 'none',
    logLevel: Warn,
  });
  const svg = ownIds(tidy(await view.toSVG(), alt), name);
  view.finalize();
  return svg;
}

/** Vega counts clip paths over the life of the process; here they are named by figure. */
function ownIds(svg: string, name: string): string {
  const found = [...new Set([...svg.matchAll(/id="([^"]+)"/g)].map((match) => match[1]))];
  return svg.replace(
    /(id="|url\(#)([^")]+)/g,
    (_, before: string, id: string) => `${before}${name}-${found.indexOf(id)}`,
  );
}

/** One image with one text alternative, without Vega's inner roles and empty backgrounds. */
export function tidy(svg: string, alt: string): string {
  const { width, height } = sizeOf(svg);
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
