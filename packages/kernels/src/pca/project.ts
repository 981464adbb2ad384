import type { PcaModel } from '../pca.js';
import { Layout } from '../layout.js';
import { KernelPool, type PoolOptions } from '../pool.js';
import { sourceOf, type MatrixSource, type NumericMatrix } from './matrix.js';
import { pcaKernel } from './kernel.js';

const BLOCK_BYTES = 4 * 2 ** 20; // of two at a time; large ones take longer: their pages are new to the process

/**
 * Weights that take stored values to coordinates: panels float32[D + 1][16] of components, what a coordinate starts
 * with in the last row; padded with zeros.
 */
function projection({ columns: D, count: K, components, mean, scale }: PcaModel): Float32Array {
  const weights = new Float32Array(Math.ceil(K / 16) * (D + 1) * 16);
  const { factor, offset } = scale;
  for (let k = 0; k < K; k++) {
    const column = (k >> 4) * (D + 1) * 16 + (k & 15);
    let sum = 0;
    for (let j = 0; j < D; j++) {
      const loading = components[k * D + j];
      weights[column + j * 16] = loading * (typeof factor === 'number' ? factor : factor[j]);
      sum += loading * ((typeof offset === 'number' ? offset : offset[j]) - mean[j]);
    }
    weights[column + D * 16] = sum;
  }
  return weights;
}

/** float32[N][K]; the matrix goes through the kernel's in blocks, one copied while the other is computed. */
export async function projectOn(
  model: PcaModel,
  matrix: NumericMatrix | MatrixSource,
  options: PoolOptions,
): Promise<Float32Array> {
  const source = sourceOf(matrix);
  const { rows: N, columns: D } = source;
  const K = model.count;
  const weights = projection(model);
  const bytes = source.dtype === 'uint8';
  const block = Math.max(1, Math.min(N, Math.floor(BLOCK_BYTES / (D * (bytes ? 1 : 4)))));
  const layout = new Layout();
  const desks = [0, 1].map(() => ({
    x: layout.take(bytes ? Uint8Array : Float32Array, block * D + 16),
    counter: layout.take(Int32Array, 1),
  }));
  const desk = (from: number): (typeof desks)[number] => desks[(from / block) % 2];
  const w = layout.take(Float32Array, weights.length);
  const scratch = Array.from({ length: Math.max(1, options.workers ?? 1) }, () =>
    layout.take(Float32Array, 32 * (2 * D + 16 * Math.ceil(K / 16) + 1)),
  );
  const out = layout.take(Float32Array, N * K);
  const pool = await KernelPool.open(pcaKernel, layout, { ...options, share: true });
  const read = (from: number): Promise<Uint8Array | Float32Array> | undefined =>
    from < N ? source.read(from, Math.min(N, from + block)) : undefined;
  const bring = (from: number, values: Uint8Array | Float32Array | undefined): void => {
    if (!values) return;
    pool.view(desk(from).x).set(values);
    pool.view(desk(from).counter)[0] = 0;
  };
  try {
    pool.view(w).set(weights);
    bring(0, await read(0));
    for (let from = 0; from < N; from += block) {
      const { x, counter } = desk(from);
      const rows = Math.min(block, N - from);
      const next = await read(from + block);
      await pool.share(
        (thread) => [
          'projectShare',
          bytes ? 1 : 0,
          x.offset,
          rows,
          counter.offset,
          D,
          w.offset,
          K,
          out.offset + 4 * from * K,
          (scratch[thread] as { offset: number }).offset,
        ],
        () => bring(from + block, next),
      );
    }
    return pool.view(out).slice();
  } finally {
    await pool.close();
  }
}
