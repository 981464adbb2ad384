import type { ResultTable } from '@layerwise/contracts';
import type { NodeBoxes } from '../analysis/boxes.js';
import { ints, reals, texts } from './columns.js';
import { classColour } from '../page/colours.js';
import { classAxis, inOrder } from './theme.js';
import type { Drawing } from './vega.js';

/** Boxes of a few nodes as small multiples, from their five numbers. */
export function boxesDrawing(layer: string, nodes: readonly NodeBoxes[], names: readonly string[]): Drawing {
  const data = table(nodes, names, 'predicted');
  const color = {
    field: 'class',
    type: 'nominal',
    legend: null,
    scale: { domain: names, range: names.map((_, c) => classColour(c)) },
  };
  const x = { field: 'class', type: 'nominal', ...inOrder(names), title: 'predicted class', axis: classAxis(names) };
  const y = (field: string) => ({ field, type: 'quantitative', title: 'activation' });
  const spec = {
    title: { text: `Activations of ${layer} by predicted class` },
    facet: { field: 'node', type: 'ordinal', title: 'node', sort: nodes.map((node) => node.node) },
    columns: 3,
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 200,
      height: 110,
      encoding: { x, color },
      layer: [
        { mark: { type: 'rule' }, encoding: { y: y('min'), y2: { field: 'max' } } },
        { mark: { type: 'bar', size: 13 }, encoding: { y: y('q1'), y2: { field: 'q3' } } },
        {
          mark: { type: 'tick', size: 13, thickness: 1.6, color: 'currentColor' },
          encoding: { y: y('median'), color: { value: 'currentColor' } },
        },
      ],
    },
  };
  return {
    name: `boxes-${layer}`,
    alt: `Box plots of the activations of ${nodes.length} nodes of ${layer} by predicted class`,
    spec,
    data,
  };
}

/** The five numbers of every node and class, grouped both ways. */
export function boxesTable(
  predicted: readonly NodeBoxes[],
  truth: readonly NodeBoxes[],
  names: readonly string[],
): ResultTable {
  const [a, b] = [table(predicted, names, 'predicted'), table(truth, names, 'true')];
  return Object.fromEntries(
    Object.entries(a).map(([name, column]) => [
      name,
      { type: column.type, values: [...(column.values as number[]), ...((b[name]?.values ?? []) as number[])] },
    ]),
  ) as ResultTable;
}

function table(nodes: readonly NodeBoxes[], names: readonly string[], by: string): ResultTable {
  const cells = nodes.flatMap(({ node, boxes, overlap }) =>
    boxes.map((box, c) => ({ node, class: names[c], overlap, ...box })),
  );
  const real = (name: 'min' | 'q1' | 'median' | 'q3' | 'max' | 'overlap') => reals(cells.map((cell) => cell[name]));
  return {
    by: texts(cells.map(() => by)),
    node: ints(cells.map((cell) => cell.node)),
    class: texts(cells.map((cell) => cell.class)),
    images: ints(cells.map((cell) => cell.count)),
    min: real('min'),
    q1: real('q1'),
    median: real('median'),
    q3: real('q3'),
    max: real('max'),
    overlap: real('overlap'),
  };
}
