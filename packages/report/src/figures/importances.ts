import { ints, reals } from './columns.js';
import type { Drawing } from './vega.js';

/** Heat map of the importance of each pixel, the chosen ones framed. */
export function importanceDrawing(importance: readonly number[], selected: readonly boolean[], width: number, alt: string): Drawing {
  const height = Math.ceil(importance.length / width);
  const side = 340;
  const data = { pixel: ints(importance.map((_, i) => i)), x: ints(importance.map((_, i) => i % width)), y: ints(importance.map((_, i) => Math.floor(i / width))), importance: reals(importance), selected: ints(selected.map(Number)) };
  const axis = { labelAngle: 0, ticks: false, values: Array.from({ length: Math.ceil(width / 7) }, (_, i) => i * 7) };
  const encoding = {
    x: { field: 'x', type: 'ordinal', title: 'column (pixels)', axis, scale: { domain: Array.from({ length: width }, (_, i) => i), paddingInner: 0 } },
    y: { field: 'y', type: 'ordinal', title: 'row (pixels)', axis, scale: { domain: Array.from({ length: height }, (_, i) => i), paddingInner: 0 } },
  };
  const size = side / width;
  const spec = {
    title: { text: 'Importance of each pixel' },
    width: side,
    height: size * height,
    encoding,
    layer: [
      { mark: { type: 'rect', color: '#9b51c9' }, encoding: { opacity: { field: 'importance', type: 'quantitative', scale: { range: [0, 1] }, legend: { title: 'share of importance', titleLimit: 300, format: '.1%', symbolType: 'square', values: [0.25, 0.5, 0.75, 1].map((part) => Number((Math.max(...importance, 1e-9) * part).toPrecision(2))), symbolFillColor: '#9b51c9', symbolStrokeWidth: 0 } } } },
      { transform: [{ filter: 'datum.selected === 1' }], mark: { type: 'rect', filled: false, stroke: 'currentColor', strokeWidth: 1, opacity: 0.75 } },
    ],
  };
  return { name: 'importances', alt, spec, data };
}
