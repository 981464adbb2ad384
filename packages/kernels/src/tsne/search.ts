import type { Layout, Slot } from '../layout.js';
import { covariance, symmetricEigen, type NumericMatrix } from '../pca.js';
import { ranges } from '../pool.js';
import { tileOrder } from './order.js';
import type { TsnePool } from './kernel.js';

const TILE = 64;
/** Coordinates of the screen; more make it sharper and dearer. 32 was the fastest for 128 activations of MNIST. */
const SCREEN = 32;
/** Rows that the screen's coordinates are fitted on. */
const SAMPLE = 3000;

/** Where a neighbour search keeps its arrays. N rows; N' and D' are N and D rounded up. */
export interface SearchPlan {
  readonly rows: number;
  /** D': columns, a multiple of 8. */
  readonly width: number;
  /** Coordinates of the screen, a multiple of 8. */
  readonly m: number;
  readonly k: number;
  readonly tiles: number;
  /** [N x D'], centred, in tile order. */
  readonly x: Slot<Float32ArrayConstructor>;
  /** [N x m]: rows on the leading components, in the order of the input. */
  readonly projected: Slot<Float32ArrayConstructor>;
  readonly weights: Slot<Float32ArrayConstructor>;
  /** [N]: the input's row at each place of the tile order. */
  readonly order: Slot<Uint32ArrayConstructor>;
  readonly q: Slot<Uint8ArrayConstructor>;
  readonly packed: Slot<Uint8ArrayConstructor>;
  readonly norms: Slot<Int32ArrayConstructor>;
  readonly boxes: Slot<Int32ArrayConstructor>;
  /** [N x k]: places (not rows) of the neighbours, nearest first. */
  readonly index: Slot<Uint32ArrayConstructor>;
  /** [N x k]: squared distances, times {@link Searched.unit} squared. */
  readonly squared: Slot<Float32ArrayConstructor>;
  readonly scratch: readonly Slot<Uint8ArrayConstructor>[];
}

/** What a finished search tells. */
export interface Searched {
  /** Distance in the kernel = real distance * unit. */
  readonly unit: number;
  /** Pairs of tiles that were compared, of tiles^2. */
  readonly compared: number;
}

/** Plans the arrays for `threads` threads. */
export function planSearch(layout: Layout, rows: number, columns: number, k: number, threads: number): SearchPlan {
  const width = Math.ceil(columns / 8) * 8;
  const m = Math.min(width, SCREEN);
  const tiles = Math.ceil(rows / TILE);
  const padded = tiles * TILE;
  return {
    rows,
    width,
    m,
    k,
    tiles,
    x: layout.take(Float32Array, rows * width),
    projected: layout.take(Float32Array, rows * m),
    weights: layout.take(Float32Array, width * m),
    order: layout.take(Uint32Array, padded),
    q: layout.take(Uint8Array, padded * m * 2),
    packed: layout.take(Uint8Array, padded * m * 2),
    norms: layout.take(Int32Array, padded),
    boxes: layout.take(Int32Array, tiles * 2 * m),
    index: layout.take(Uint32Array, rows * k),
    squared: layout.take(Float32Array, rows * k),
    scratch: Array.from({ length: threads }, () =>
      layout.take(Uint8Array, TILE * (2 * k + 64) * 8 + TILE * 16 + tiles * 8 + 64),
    ),
  };
}

/**
 * Fills `order`, `index` and `squared` of the plan.
 * @param done told after each part, with the share of rows searched
 */
export async function searchNeighbours(
  pool: TsnePool,
  plan: SearchPlan,
  matrix: NumericMatrix,
  done: (share: number) => void,
): Promise<Searched> {
  const unit = copyCentred(matrix, pool.view(plan.x), plan.width);
  await fitScreen(pool, plan, matrix);
  const scale = await packScreen(pool, plan);
  const { x, q, packed, norms, boxes, index, squared, scratch, m, k, rows, tiles, width } = plan;
  const shares = tileShares(tiles);
  let finished = 0;
  const compared = await pool.run(
    shares.length,
    (i, thread) => [
      'search',
      x.offset,
      width,
      q.offset,
      packed.offset,
      norms.offset,
      boxes.offset,
      m,
      rows,
      k,
      scale,
      index.offset,
      squared.offset,
      scratch[thread].offset,
      ...shares[i],
    ],
    () => done(++finished / shares.length),
  );
  return { unit, compared: compared.reduce((a, b) => a + b, 0) };
}

/** Tiles of one call. */
const tileShares = (tiles: number): (readonly [number, number])[] => ranges(tiles, Math.ceil(tiles / 8));

/** Projects the rows, puts them in tile order and quantises their coordinates; returns what those were multiplied by. */
async function packScreen(pool: TsnePool, plan: SearchPlan): Promise<number> {
  const { x, projected, weights, order, q, packed, norms, boxes, m, rows, tiles, width } = plan;
  const parts = ranges(rows, 16);
  await pool.run(parts.length, (i) => [
    'projectRows',
    x.offset,
    width,
    weights.offset,
    m,
    projected.offset,
    ...parts[i],
  ]);
  const norm = Math.sqrt(pool.local.largestNorm(projected.offset, m, 0, rows));
  const scale = norm > 0 ? Math.fround(16382 / norm) : 1;
  const places = tileOrder(pool.view(projected), rows, m, TILE);
  pool.view(order).set(places);
  permuteRows(pool.view(x), places, width);
  const shares = tileShares(tiles);
  await pool.run(shares.length, (i) => [
    'packTiles',
    projected.offset,
    order.offset,
    rows,
    m,
    scale,
    q.offset,
    packed.offset,
    norms.offset,
    boxes.offset,
    ...shares[i],
  ]);
  return scale;
}

/** Copies the rows less their mean, times a power of two where the squares would leave the range of float32. */
function copyCentred({ data, rows, columns: width }: NumericMatrix, target: Float32Array, padded: number): number {
  const mean = new Float64Array(width);
  let largest = 0;
  for (let r = 0, at = 0; r < rows; r++) for (let c = 0; c < width; c++, at++) mean[c] += data[at] / rows;
  for (let r = 0, at = 0; r < rows; r++)
    for (let c = 0; c < width; c++, at++) largest = Math.max(largest, Math.abs(data[at] - mean[c]));
  let unit = 1;
  while (largest * unit > 2 ** 40) unit /= 2;
  while (largest > 0 && largest * unit < 2 ** -20) unit *= 2;
  for (let r = 0, at = 0; r < rows; r++) {
    const base = r * padded;
    for (let c = 0; c < width; c++, at++) target[base + c] = (data[at] - mean[c]) * unit;
  }
  return unit;
}

/** Leading components of evenly spaced rows, as the weights [D' x m] of the screen; any orthonormal set gives right neighbours. */
async function fitScreen(
  pool: TsnePool,
  { m, weights: slot }: SearchPlan,
  { data, rows, columns: D }: NumericMatrix,
): Promise<void> {
  const taken = Math.min(rows, SAMPLE);
  const sample = data.slice(0, taken * D);
  for (let i = 0; i < taken; i++) {
    const r = Math.floor((i * rows) / taken);
    sample.set(data.subarray(r * D, (r + 1) * D), i * D);
  }
  const { covariance: spread } = await covariance({ data: sample, rows: taken, columns: D });
  const { vectors, count } = await symmetricEigen(
    spread,
    D,
    (values) => values.subarray(0, m).filter((v) => v > values[0] * 1e-9).length,
  );
  const weights = pool.view(slot);
  for (let k = 0; k < count; k++) for (let c = 0; c < D; c++) weights[c * m + k] = vectors[k * D + c];
}

/** Moves row order[i] to place i, in place, along the cycles of the permutation. */
function permuteRows(x: Float32Array, order: Uint32Array, width: number): void {
  const held = new Float32Array(width);
  const settled = new Uint8Array(order.length);
  for (let start = 0; start < order.length; start++) {
    if (settled[start]) continue;
    held.set(x.subarray(start * width, (start + 1) * width));
    let place = start;
    for (let from = order[place]; from !== start; from = order[place]) {
      x.copyWithin(place * width, from * width, (from + 1) * width);
      settled[place] = 1;
      place = from;
    }
    x.set(held, place * width);
    settled[place] = 1;
  }
}
