import { MemoryArtifact } from '@layerwise/conformance';
import { schemas, type NodeLayerInfo, type NodesInfo, type ResultColumn, type ResultTable } from '@layerwise/contracts';

const [P, K] = [784, 10];

/** What may be other than usual: the margin that node h costs, its standard error, and of each layer what nodes.json says. */
export interface Other {
  readonly margin?: (h: number) => number;
  readonly error?: number;
  readonly info?: Partial<NodeLayerInfo>;
}

/** Findings on layers of the given widths: node h is said to fire for class h mod 10, and takes h off the margin. */
export async function nodesArtifact(
  hidden: readonly number[],
  { margin = (h) => h, error = 0.1, info = {} }: Other = {},
): Promise<MemoryArtifact> {
  const artifact = new MemoryArtifact('nodes');
  const layers = hidden.map((units, l): NodeLayerInfo => ({
    ...{
      name: `hidden${l + 1}`,
      units,
      activation: 'relu',
      dead: units > 2 ? [1] : [],
      duplicates: units > 2 ? [{ node: 2, of: 0, correlation: 0.99 }] : [],
      ...(units > 2 && { nearest: { node: 2, of: 0, correlation: 0.99 } }),
    },
    ...{
      effectiveRank: 3.25,
      ...(l === hidden.length - 1 && { enough: { accuracy: 0.9, for95: 2, for99: 5, order: [] } }),
      nodeOrder: Array.from({ length: units }, (_, h) => units - 1 - h),
      classOrder: Array.from({ length: K }, (_, c) => c),
    },
    ...{
      accuracy: 0.95,
      sampled: { ablation: 600, gradients: 600, weights: 600, correlation: 600, bootstrap: 600 },
      preferredInput: l === 0 ? { exact: true } : { steps: 30, starts: 3 },
    },
    ...(units === 1 && { line: { classes: [3, 1, 2], overlaps: [0.25, 0.5], bins: 32 } }),
    ...info,
  }));
  await artifact.json('nodes', { rows: 600, layers } satisfies NodesInfo);
  const nodes = hidden.flatMap((units, l) => Array.from({ length: units }, (_, h) => ({ layer: l + 1, h })));
  const real = (value: (h: number, c: number) => number, width = 1) => ({
    type: 'float64' as const,
    values: Float64Array.from(nodes.flatMap(({ h }) => Array.from({ length: width }, (_, c) => value(h, c)))),
  });
  const int = (value: (node: { layer: number; h: number }) => number, width = 1) => ({
    type: 'int32' as const,
    values: Int32Array.from(nodes.flatMap((node) => new Array<number>(width).fill(value(node)))),
  });
  await artifact.table('nodes', {
    ...rest('nodes.parquet', nodes.length),
    ...{
      layer: int(({ layer }) => layer),
      node: int(({ h }) => h),
      zeros: real(() => 0.4),
      information: real((h) => h / 10),
      reached: real(() => 7),
      largest: real(() => 5),
      strongestRows: int(() => 60),
      marginZero: real(margin),
      marginZeroError: real(() => error),
      marginMean: real((h) => margin(h) / 2),
    },
    sentence: { type: 'string', values: nodes.map(({ h }) => `fires for <${h % K}>`) },
  });
  const byClass = Object.fromEntries(
    [
      'area',
      'areaLow',
      'areaHigh',
      'information',
      'informationLow',
      'informationHigh',
      'gradient',
      'marginZero',
      'zeros',
      'predictedZeros',
      'q05',
      'q25',
      'q50',
      'q75',
      'q95',
    ].map((name) => [name, real((h, c) => (h % K === c ? 0.9 : c === 9 ? NaN : 0.4), K)]),
  );
  const predicted = Object.fromEntries(
    ['05', '25', '50', '75', '95'].map((q) => [`predictedQ${q}`, real((h, c) => (h % K === c ? 0.8 : 0.3), K)]),
  );
  await artifact.table('classes', {
    ...rest('classes.parquet', nodes.length * K),
    strongest: real((h, c) => (h % K === c ? 0.9 : 0.01), K),
    layer: int(({ layer }) => layer, K),
    ...byClass,
    ...predicted,
  });
  for (const [l, units] of hidden.entries()) {
    const ids = { data: Uint32Array.from({ length: units * 8 }, (_, i) => 100 + i), width: 8 };
    const images = { data: Float32Array.from({ length: units * P }, (_, i) => (i % 7) - 3), width: P };
    const preferredInput = { data: Float32Array.from({ length: units * P }, (_, i) => (i % 5) / 4), width: P };
    await artifact.matrix(`hidden${l + 1}`, {
      rows: units,
      columns: {
        node: { data: new Uint32Array(units), width: 1 },
        weights: images,
        preferredInput,
        active: images,
        most: ids,
        strongest: ids,
        median: ids,
        least: ids,
      },
    });
  }
  return artifact;
}

/** The columns of a table that no test looks at. */
function rest(file: 'nodes.parquet' | 'classes.parquet', rows: number): ResultTable {
  const columns = Object.entries(schemas.nodes.files[file].columns);
  return Object.fromEntries(
    columns.map(([name, { dtype }]) => [
      name,
      {
        type: dtype,
        values: Array.from({ length: rows }, () => (dtype === 'string' ? '' : dtype === 'boolean' ? false : 0)),
      } as ResultColumn,
    ]),
  );
}
