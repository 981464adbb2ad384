import { ints, reals } from './columns.js';
import type { Drawing } from './vega.js';

const COLOUR = '#9b51c9';
const SIDE = 340;

/** Heat map of the importance of each pixel, with an outline around the chosen ones. */
export function importanceDrawing(
  importance: readonly number[],
  selected: readonly boolean[],
  width: number,
  alt: string,
): Drawing {
  const height = Math.ceil(importance.length / width);
  const places = importance.map((_, i) => ({ x: i % width, y: Math.floor(i / width) }));
  const chosen = (x: number, y: number): boolean =>
    x >= 0 && x < width && y >= 0 && y < height && selected[y * width + x] === true;
  const edge = (dx: number, dy: number) =>
    ints(places.map(({ x, y }) => Number(chosen(x, y) && !chosen(x + dx, y + dy))));
  const data = {
    pixel: ints(importance.map((_, i) => i)),
    x: ints(places.map(({ x }) => x)),
    right: ints(places.map(({ x }) => x + 1)),
    y: ints(places.map(({ y }) => y)),
    bottom: ints(places.map(({ y }) => y + 1)),
    importance: reals(importance),
    selected: ints(selected.map(Number)),
    edgeLeft: edge(-1, 0),
    edgeRight: edge(1, 0),
    edgeTop: edge(0, -1),
    edgeBottom: edge(0, 1),
  };
  return {
    name: 'importances',
    alt,
    data,
    spec: {
      title: { text: 'Importance of each pixel' },
      width: SIDE,
      height: (SIDE * height) / width,
      layer: [heat(importance, width, height), ...outline()],
    },
  };
}

function heat(importance: readonly number[], width: number, height: number): object {
  const axis = (size: number) => ({
    grid: false,
    values: Array.from({ length: Math.floor(size / 7) + 1 }, (_, i) => i * 7),
  });
  const top = Math.max(...importance, 1e-9);
  const legend = {
    title: 'share of importance',
    titleLimit: 300,
    format: '.2%',
    symbolType: 'square',
    values: [0.25, 0.5, 0.75, 1].map((part) => Number((top * part).toPrecision(2))),
    symbolFillColor: COLOUR,
    symbolStrokeWidth: 0,
  };
  return {
    mark: { type: 'rect', color: COLOUR },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title: 'column (pixels)',
        axis: axis(width),
        scale: { domain: [0, width], nice: false },
      },
      x2: { field: 'right' },
      y: {
        field: 'y',
        type: 'quantitative',
        title: 'row (pixels)',
        axis: axis(height),
        scale: { domain: [0, height], nice: false, reverse: true },
      },
      y2: { field: 'bottom' },
      opacity: { field: 'importance', type: 'quantitative', scale: { domain: [0, top], range: [0, 1] }, legend },
    },
  };
}

function outline(): object[] {
  const side = (flag: string, x: string, x2: string, y: string, y2: string): object => ({
    transform: [{ filter: `datum.${flag} === 1` }],
    mark: { type: 'rule', color: 'currentColor', strokeWidth: 1.3, strokeCap: 'square' },
    encoding: {
      x: { field: x, type: 'quantitative' },
      x2: { field: x2 },
      y: { field: y, type: 'quantitative' },
      y2: { field: y2 },
    },
  });
  return [
    side('edgeLeft', 'x', 'x', 'y', 'bottom'),
    side('edgeRight', 'right', 'right', 'y', 'bottom'),
    side('edgeTop', 'x', 'right', 'y', 'y'),
    side('edgeBottom', 'x', 'right', 'bottom', 'bottom'),
  ];
}
