import type { NodeLayerInfo, Reader, ResultTable } from '@layerwise/contracts';

/** What is known of the hidden nodes; P pixels. */
export interface NodeFindings {
  readonly rows: number;
  readonly layers: readonly LayerFindings[];
}

/** One layer: H nodes, K classes. */
export interface LayerFindings {
  readonly info: NodeLayerInfo;
  /** float32[H][P] */
  readonly weights: Float32Array;
  readonly preferredInputs: Float32Array;
  /** What images that activate a node most have more and less of than others. */
  readonly active: Float32Array;
  /** uint32[H][shown]: ids of training images; `strongest` evenly spaced among those that activate a node most. */
  readonly strongest: Uint32Array;
  readonly median: Uint32Array;
  readonly least: Uint32Array;
  readonly shown: number;
  readonly sentences: readonly string[];
  /** Where each node looks, in words; may be empty. */
  readonly looks: readonly string[];
  /** A number of `nodes.parquet` for each node. */
  readonly node: (name: string) => number[];
  /** A number of `classes.parquet` for each node and class: [H][K]. */
  readonly classes: (name: string) => number[];
}

/** Opens a nodes artifact. @param size P */
export async function readNodes(artifact: Reader<'nodes'>, size: number): Promise<NodeFindings> {
  const info = await artifact.json('nodes');
  const [nodes, classes] = [await artifact.table('nodes'), await artifact.table('classes')];
  const layers: LayerFindings[] = [];
  for (const [index, layer] of info.layers.entries()) {
    const table = await artifact.matrix(layer.name);
    const { weights, preferredInput, active, strongest, median, least } = table.columns;
    if (weights.width !== size)
      throw new TypeError(`${layer.name}.arrow must have ${size} weights a node, got ${weights.width}`);
    const [own, ownClasses] = [rowsOf(nodes, index + 1), rowsOf(classes, index + 1)];
    layers.push({
      info: layer,
      weights: weights.data,
      preferredInputs: preferredInput.data,
      active: active.data,
      strongest: strongest.data,
      median: median.data,
      least: least.data,
      shown: strongest.width,
      sentences: own.map((row) => String(nodes.sentence.values[row])),
      looks: own.map((row) => String(nodes.looks.values[row])),
      node: (name) => picked(nodes, name, own),
      classes: (name) => picked(classes, name, ownClasses),
    });
  }
  return { rows: info.rows, layers };
}

function rowsOf(table: ResultTable, layer: number): number[] {
  return Array.from(table['layer']?.values as ArrayLike<number>, Number).flatMap((value, row) =>
    value === layer ? [row] : [],
  );
}

function picked(table: ResultTable, name: string, rows: readonly number[]): number[] {
  const found = table[name];
  if (!found) throw new TypeError(`no column '${name}'; the table has ${Object.keys(table).join(', ')}`);
  return rows.map((row) => Number(found.values[row]));
}
