import { inColumns, type Row, schemas, type MatrixOf, type Schemas, type TableOf } from '@layerwise/contracts';
import { inkedBox } from '@layerwise/kernels/places';
import type { Spread } from './classes.js';
import type { Subject } from './inputs.js';
import type { LayerFigures } from './layer.js';
import { lookWords } from './looks.js';
import { accuracyLost, marginLost } from './losses.js';
import { sentence } from './sentence.js';

const { 'nodes.parquet': nodeFile, 'classes.parquet': classFile } = schemas.nodes.files;

/** `nodes.parquet`. */
export function nodeTable(
  layers: readonly LayerFigures[],
  { names, rows: N, width, pixels: P }: Subject,
): TableOf<Schemas['nodes'], 'nodes'> {
  const rows: Row<typeof nodeFile.columns>[] = [];
  for (const [l, figures] of layers.entries()) {
    const { ablation, looks } = figures;
    const box = inkedBox(looks.mean, width);
    for (const [
      h,
      { mean, standardDeviation, zeros, largest, selectivity, constant, strongest, truth },
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
      const margins = names.map((_, k) => marginLost(ablation, ablation.zero, h, k));
      const told = {
        dead: constant,
        duplicateOf,
        strongest,
        zeros: truth.map((spread) => spread.zeros),
        margin,
        margins,
        accuracy,
      };
      rows.push({
        layer: l + 1,
        node: h,
        mean,
        standardDeviation,
        zeros,
        largest,
        reached: figures.preferredInputs.activations[h],
        information: selectivity.total,
        strongestRows: strongest.rows,
        ...losses,
        duplicateOf,
        dead: constant,
        looks: lookWords(looks.differences.subarray(h * P, (h + 1) * P), looks.active[h], width, box),
        sentence: sentence(told, names),
      });
    }
  }
  return inColumns(nodeFile.columns, rows) as TableOf<Schemas['nodes'], 'nodes'>;
}

/** `classes.parquet`. */
export function classTable(
  layers: readonly LayerFigures[],
  { names, rows: N }: Subject,
): TableOf<Schemas['nodes'], 'classes'> {
  const rows: Row<typeof classFile.columns>[] = [];
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
        rows.push({
          layer: l + 1,
          node: h,
          class: k,
          ...found,
          gradient: gradients[h * K + k],
          strongest: strongest.shares[k],
          ...losses,
          ...truly(truth[k]),
          ...predicted(told[k]),
        });
      }
    }
  }
  return inColumns(classFile.columns, rows) as TableOf<Schemas['nodes'], 'classes'>;
}

function truly({ zeros, quantiles: [q05, q25, q50, q75, q95] }: Spread) {
  return { zeros, q05, q25, q50, q75, q95 };
}

function predicted({ zeros, quantiles: [q05, q25, q50, q75, q95] }: Spread) {
  return {
    predictedZeros: zeros,
    predictedQ05: q05,
    predictedQ25: q25,
    predictedQ50: q50,
    predictedQ75: q75,
    predictedQ95: q95,
  };
}

/** `<layer>.arrow`. */
export function imageTable(
  { responses, weights, preferredInputs, looks }: LayerFigures,
  { id, pixels: P }: Subject,
): MatrixOf<Schemas['nodes'], string> {
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
      active: { data: looks.differences, width: P },
      most: ids(({ most }) => most),
      strongest: ids(({ strongest }) => strongest.sample),
      least: ids(({ least }) => least),
      median: ids(({ median }) => median),
    },
  };
}
