import type { PcaModel } from '../pca.js';
import { Layout } from '../layout.js';
import { KernelPool, type PoolOptions } from '../pool.js';
import type { NumericMatrix } from './matrix.js';

const BLOCK_BYTES = 8 * 2 ** 20; // large ones take longer: their pages are new to the process
const ROWS_PER_TURN = 128;

/** Weights that take stored values to coordinates: float32[D][ld] and the start float32[ld], padded with zeros to a multiple of 16. */
export function projection({ columns: D, count: K, components, mean, scale }: PcaModel): { ld: number; weights: Float32Array; start: Float32Array } {
  const ld = Math.ceil(K / 16) * 16;
  const weights = new Float32Array(D * ld);
  const start = new Float32Array(ld);
  const { factor, offset } = scale;
  for (let k = 0; k < K; k++) {
    let sum = 0;
    for (let j = 0; j < D; j++) {
      const loading = components[k * D + j] as number;
      weights[j * ld + k] = loading * (typeof factor === 'number' ? factor : (factor[j] as number));
      sum += loading * ((typeof offset === 'number' ? offset : (offset[j] as number)) - (mean[j] as number));
    }
    start[k] = sum;
  }
  return { ld, weights, start };
}

/** float32[N][K]; the matrix goes through the kernel's memory in blocks. */
export async function projectOn(model: PcaModel, { data, rows: N, columns: D }: NumericMatrix, options: PoolOptions): Promise<Float32Array> {
  const K = model.count;
  const { ld, weights, start } = projection(model);
  const bytes = data instanceof Uint8Array;
  const block = Math.max(1, Math.min(N, Math.floor(BLOCK_BYTES / (D * data.BYTES_PER_ELEMENT + 4 * K))));
  const layout = new Layout();
  const x = layout.take(bytes ? Uint8Array : Float32Array, block * D);
  const w = layout.take(Float32Array, weights.length);
  const s = layout.take(Float32Array, ld);
  const out = layout.take(Float32Array, block * K);
  const scratch = Array.from({ length: Math.max(1, options.workers ?? 1) }, () => layout.take(Float32Array, 2 * D + ld));
  const counter = layout.take(Int32Array, 1);
  const pool = await KernelPool.open(new URL('../wasm/pca.wasm', import.meta.url), layout, { ...options, share: true });
  try {
    pool.view(w).set(weights);
    pool.view(s).set(start);
    const result = new Float32Array(N * K);
    for (let from = 0; from < N; from += block) {
      const rows = Math.min(block, N - from);
      pool.view(x).set(data.subarray(from * D, (from + rows) * D));
      pool.view(counter)[0] = 0;
      await pool.share((thread) => ['projectShare', bytes ? 1 : 0, x.offset, rows, ROWS_PER_TURN, counter.offset, D, w.offset, s.offset, ld, K, out.offset, (scratch[thread] as { offset: number }).offset]);
      result.set(pool.view(out).subarray(0, rows * K), from * K);
    }
    return result;
  } finally {
    await pool.close();
  }
}
