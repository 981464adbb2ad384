import type { MatrixTable, ResultColumn, ResultTable } from '@layerwise/contracts';
import type { Spread } from './classes.js';
import type { Subject } from './inputs.js';
import type { LayerFigures } from './layer.js';
import { accuracyLost, marginLost } from './losses.js';
import { sentence } from './sentence.js';

type Rows = Record<string, number[]>;

/** `nodes.parquet`. */
export function nodeTable(layers: readonly LayerFigures[], { names, rows: N }: Subject): ResultTable {
  const columns = [
    'layer',
    'node',
    'mean',
    'deviation',
    'zeros',
    'largest',
    'reached',
    'information',
    'strongestRows',
    'marginZero',
    'marginZeroError',
    'marginMean',
    'costZero',
    'costZeroError',
    'costMean',
    'duplicateOf',
  ];
  const rows: Rows = Object.fromEntries(columns.map((name) => [name, []]));
  const dead: boolean[] = [];
  const sentences: string[] = [];
  for (const [l, figures] of layers.entries()) {
    const { ablation } = figures;
    for (const [
      h,
      { mean, deviation, zeros, largest, selectivity, constant, strongest, truth },
    ] of figures.responses.entries()) {
      const duplicateOf = figures.info.duplicates.find(({ node }) => node === h)?.of ?? -1;
      const [margin, accuracy] = [marginLost(ablation, ablation.zero, h), accuracyLost(ablation, ablation.zero, h, N)];
      const atMean = {
        marginMean: marginLost(ablation, ablation.mean, h).mean,
        costMean: accuracyLost(ablation, ablation.mean, h, N).mean,
      };
      const losses = {
        marginZero: margin.mean,
        marginZeroError: margin.error,
        costZero: accuracy.mean,
        costZeroError: accuracy.error,
        ...atMean,
      };
      add(rows, {
        layer: l + 1,
        node: h,
        mean,
        deviation,
        zeros,
        largest,
        reached: figures.preferredInputs.activations[h],
        information: selectivity.total,
        strongestRows: strongest.rows,
        ...losses,
        duplicateOf,
      });
      dead.push(constant);
      const margins = names.map((_, k) => marginLost(ablation, ablation.zero, h, k));
      sentences.push(
        sentence(
          {
            dead: constant,
            duplicateOf,
            strongest,
            zeros: truth.map((spread) => spread.zeros),
            margin,
            margins,
            accuracy,
          },
          names,
        ),
      );
    }
  }
  return { ...typed(rows), dead: { type: 'flag', values: dead }, sentence: { type: 'text', values: sentences } };
}

/** `classes.parquet`. */
export function classTable(layers: readonly LayerFigures[], { names, rows: N }: Subject): ResultTable {
  const columns = [
    'layer',
    'node',
    'class',
    'area',
    'areaLow',
    'areaHigh',
    'information',
    'informationLow',
    'informationHigh',
    'gradient',
    'strongest',
    'marginZero',
    'marginZeroError',
    'costZero',
    'costMean',
  ];
  const spread = ['zeros', 'q05', 'q25', 'q50', 'q75', 'q95'];
  const rows: Rows = Object.fromEntries([...columns, ...spread, ...spread.map(predicted)].map((name) => [name, []]));
  const K = names.length;
  for (const [l, { responses, gradients, ablation }] of layers.entries()) {
    for (const [h, { areas, selectivity: s, strongest, truth, predicted: told }] of responses.entries()) {
      for (let k = 0; k < K; k++) {
        const absent = Number.isNaN(areas[k]);
        const seen = (value: number): number => (absent ? NaN : value);
        const found = {
          area: areas[k],
          areaLow: seen(s.areaLow[k]),
          areaHigh: seen(s.areaHigh[k]),
          information: seen(s.information[k]),
          informationLow: seen(s.informationLow[k]),
          informationHigh: seen(s.informationHigh[k]),
        };
        const margin = marginLost(ablation, ablation.zero, h, k);
        const losses = {
          marginZero: margin.mean,
          marginZeroError: margin.error,
          costZero: accuracyLost(ablation, ablation.zero, h, N, k).mean,
          costMean: accuracyLost(ablation, ablation.mean, h, N, k).mean,
        };
        add(rows, {
          layer: l + 1,
          node: h,
          class: k,
          ...found,
          gradient: gradients[h * K + k],
          strongest: strongest.shares[k],
          ...losses,
          ...spreadFields(truth[k], (name) => name),
          ...spreadFields(told[k], predicted),
        });
      }
    }
  }
  return typed(rows);
}

const predicted = (name: string): string => `predicted${name[0].toUpperCase()}${name.slice(1)}`;

function spreadFields({ zeros, quantiles }: Spread, named: (name: string) => string): Record<string, number> {
  return Object.fromEntries([
    [named('zeros'), zeros],
    ...['q05', 'q25', 'q50', 'q75', 'q95'].map((name, i) => [named(name), quantiles[i]]),
  ]);
}

function add(rows: Rows, values: Readonly<Record<string, number>>): void {
  for (const [name, column] of Object.entries(rows)) column.push(values[name]);
}

const WHOLE = ['layer', 'node', 'class', 'strongestRows', 'duplicateOf'];

function typed(rows: Rows): Record<string, ResultColumn> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, values]): [string, ResultColumn] => [
      name,
      WHOLE.includes(name)
        ? { type: 'int', values: Int32Array.from(values) }
        : { type: 'real', values: Float64Array.from(values) },
    ]),
  );
}

/** `<layer>.arrow`. */
export function imageTable(
  { responses, weights, preferredInputs }: LayerFigures,
  { id, pixels: P }: Subject,
): MatrixTable {
  const H = responses.length;
  const width = responses[0].most.length;
  const ids = (pick: (response: LayerFigures['responses'][number]) => Uint32Array) => ({
    data: Uint32Array.from({ length: H * width }, (_, i) => id[pick(responses[Math.floor(i / width)])[i % width]]),
    width,
  });
  return {
    rows: H,
    columns: {
      node: { data: Uint32Array.from({ length: H }, (_, h) => h), width: 1 },
      weights: {
        data: Float32Array.from({ length: H * P }, (_, i) => weights[(i % P) * H + Math.floor(i / P)]),
        width: P,
      },
      preferredInput: { data: preferredInputs.inputs, width: P },
      most: ids(({ most }) => most),
      strongest: ids(({ strongest }) => strongest.sample),
      least: ids(({ least }) => least),
      median: ids(({ median }) => median),
    },
  };
}
