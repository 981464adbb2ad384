import type { PcaModel } from '../pca.js';
import { Layout } from '../layout.js';
import { KernelPool, type PoolOptions } from '../pool.js';
import type { NumericMatrix } from './matrix.js';
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

/** float32[N][K] in shared memory; the matrix goes through the kernel's in blocks, one copied while the other is computed. */
export async function projectOn(
  model: PcaModel,
  { data, rows: N, columns: D }: NumericMatrix,
  options: PoolOptions,
): Promise<Float32Array> {
  const K = model.count;
  const weights = projection(model);
  const bytes = data instanceof Uint8Array;
  const block = Math.max(1, Math.min(N, Math.floor(BLOCK_BYTES / (D * data.BYTES_PER_ELEMENT))));
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
  const bring = (from: number): void => {
    if (from >= N) return;
    pool.view(desk(from).x).set(data.subarray(from * D, Math.min(N, from + block) * D));
    pool.view(desk(from).counter)[0] = 0;
  };
  try {
    pool.view(w).set(weights);
    bring(0);
    for (let from = 0; from < N; from += block) {
      const { x, counter } = desk(from);
      const rows = Math.min(block, N - from);
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
        () => bring(from + block),
      );
    }
    return pool.view(out);
  } finally {
    await pool.close();
  }
}
