import type { PcaModel } from '../pca.js';
import { Layout } from '../layout.js';
import { KernelPool, type PoolOptions } from '../pool.js';
import type { NumericMatrix } from './matrix.js';

const BLOCK_BYTES = 4 * 2 ** 20; // of two at a time; large ones take longer: their pages are new to the process

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

/** float32[N][K]; the matrix goes through the kernel's memory in blocks, one copied while the other is computed. */
export async function projectOn(model: PcaModel, { data, rows: N, columns: D }: NumericMatrix, options: PoolOptions): Promise<Float32Array> {
  const K = model.count;
  const { ld, weights, start } = projection(model);
  const bytes = data instanceof Uint8Array;
  const block = Math.max(1, Math.min(N, Math.floor(BLOCK_BYTES / (D * data.BYTES_PER_ELEMENT + 4 * K))));
  const layout = new Layout();
  const desks = [0, 1].map(() => ({ x: layout.take(bytes ? Uint8Array : Float32Array, block * D + 16), out: layout.take(Float32Array, block * K), counter: layout.take(Int32Array, 1) }));
  const desk = (from: number): (typeof desks)[number] => desks[(from / block) % 2] as (typeof desks)[number];
  const w = layout.take(Float32Array, weights.length);
  const s = layout.take(Float32Array, ld);
  const scratch = Array.from({ length: Math.max(1, options.workers ?? 1) }, () => layout.take(Float32Array, 32 * (2 * D + ld + Math.floor(D / 256) + 2) + 32));
  const pool = await KernelPool.open(new URL('../wasm/pca.wasm', import.meta.url), layout, { ...options, share: true });
  const result = new Float32Array(N * K);
  const bring = (from: number): void => {
    if (from >= N) return;
    pool.view(desk(from).x).set(data.subarray(from * D, Math.min(N, from + block) * D));
    pool.view(desk(from).counter)[0] = 0;
  };
  const collect = (from: number): void => {
    if (from >= 0) result.set(pool.view(desk(from).out).subarray(0, Math.min(block, N - from) * K), from * K);
  };
  try {
    pool.view(w).set(weights);
    pool.view(s).set(start);
    bring(0);
    let from = 0;
    for (; from < N; from += block) {
      const { x, out, counter } = desk(from);
      const rows = Math.min(block, N - from);
      await pool.share(
        (thread) => ['projectShare', bytes ? 1 : 0, x.offset, rows, counter.offset, D, w.offset, s.offset, ld, K, out.offset, (scratch[thread] as { offset: number }).offset],
        () => {
          collect(from - block);
          bring(from + block);
        },
      );
    }
    collect(from - block);
    return result;
  } finally {
    await pool.close();
  }
}
