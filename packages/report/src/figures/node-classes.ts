import type { ResultTable } from '@layerwise/contracts';
import { CLASS_FIGURES, type ClassFigure, type NodeCard } from '../plots/node-figures.js';
import { ints, reals, texts } from './columns.js';
import { classColour } from '../page/colours.js';
import { classAxis, inOrder } from './theme.js';
import type { Drawing } from './vega.js';
import { words } from '../page/format.js';

/** What is drawn of a node and class: its title, its number, the ends of its interval, and what is taken off them. */
const MEASURES = [
  { title: 'AUC − ½', value: 'area', low: 'areaLow', high: 'areaHigh', zero: 0.5 },
  { title: 'information, bits', value: 'information', low: 'informationLow', high: 'informationHigh', zero: 0 },
  { title: 'gradient of the logit', value: 'gradient', low: 'gradient', high: 'gradient', zero: 0 },
  { title: 'margin lost, logits', value: 'marginZero', low: 'marginZero', high: 'marginZero', zero: 0 },
] as const;

/** Selectivity, gradient and cost by class of a few nodes as small multiples. */
export function nodeClassesDrawing(layer: string, cards: readonly NodeCard[], names: readonly string[]): Drawing {
  const cells = cards.flatMap(({ node, classes, byClass }) =>
    classes.flatMap((c, i) =>
      MEASURES.map(({ title, zero, ...of }) => {
        const shown = (name: ClassFigure): number => byClass[name][i] - zero;
        return {
          node,
          class: names[c],
          measure: title,
          value: shown(of.value),
          low: shown(of.low),
          high: shown(of.high),
        };
      }),
    ),
  );
  const data = {
    node: ints(cells.map((cell) => cell.node)),
    class: texts(cells.map((cell) => cell.class)),
    measure: texts(cells.map((cell) => cell.measure)),
    value: reals(cells.map((cell) => cell.value)),
    low: reals(cells.map((cell) => cell.low)),
    high: reals(cells.map((cell) => cell.high)),
  };
  const present = new Set(cells.map((cell) => cell.class));
  return {
    name: `nodes-${layer}-classes`,
    alt: words`Area under the ROC curve and mutual information with bootstrap intervals, gradient of the logit and
      margin lost, by class, of ${cards.length} nodes of ${layer}`,
    spec: smallMultiples(
      layer,
      cards.map(({ node }) => node),
      names,
      names.filter((name) => present.has(name)),
    ),
    data,
  };
}

/** A bar with its interval for each class shown: nodes below each other, measures side by side. */
function smallMultiples(
  layer: string,
  nodes: readonly number[],
  names: readonly string[],
  shown: readonly string[],
): object {
  return {
    title: { text: `Nodes of ${layer} by class` },
    facet: {
      row: { field: 'node', type: 'ordinal', title: 'node', sort: nodes },
      column: { field: 'measure', type: 'nominal', title: null, sort: MEASURES.map(({ title }) => title) },
    },
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 170,
      height: 70,
      encoding: { x: { field: 'class', type: 'nominal', ...inOrder(shown), title: null, axis: classAxis(names) } },
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            y: { field: 'value', type: 'quantitative', title: null, axis: { tickCount: 3 } },
            color: {
              field: 'class',
              type: 'nominal',
              legend: null,
              scale: { domain: names, range: names.map((_, c) => classColour(c)) },
            },
          },
        },
        {
          mark: { type: 'rule', color: 'currentColor' },
          encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
        },
      ],
    },
  };
}

const FIVE = ['q05', 'q25', 'q50', 'q75', 'q95'] as const;

/** What the cards say by class, a row for each node and class shown. */
export function nodeClassesTable(cards: readonly NodeCard[], names: readonly string[]): ResultTable {
  const cells = cards.flatMap((card) => card.classes.map((c, i) => ({ card, c, i })));
  const five = (prefix: string, of: (card: NodeCard) => readonly number[]): ResultTable =>
    Object.fromEntries(
      FIVE.map((name, q) => [
        prefix ? `${prefix}Q${name.slice(1)}` : name,
        reals(cells.map(({ card, i }) => of(card)[5 * i + q])),
      ]),
    );
  return {
    node: ints(cells.map(({ card }) => card.node)),
    class: texts(cells.map(({ c }) => names[c])),
    ...Object.fromEntries(
      CLASS_FIGURES.map((name) => [name, reals(cells.map(({ card, i }) => card.byClass[name][i]))]),
    ),
    ...five('', ({ truth }) => truth),
    ...five('predicted', ({ predicted }) => predicted),
  };
}
