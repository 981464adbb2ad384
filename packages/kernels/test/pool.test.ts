import { describe, expect, it } from 'vitest';
import { Layout } from '@layerwise/kernels/layout';
import { KernelPool, ranges } from '@layerwise/kernels/pool';

function countingLayout() {
  const layout = new Layout();
  return { layout, bytes: layout.take(Uint8Array, 1000) };
}

describe('KernelPool', () => {
  it.each([1, 2, 3])('answers in the order of the calls with %i workers', async (workers) => {
    const { layout, bytes } = countingLayout();
    const pool = await KernelPool.open(new URL('../dist/wasm/pca.wasm', import.meta.url), layout, { workers });
    try {
      const data = pool.view(bytes);
      for (let i = 0; i < 1000; i++) data[i] = i % 7 === 0 ? 0 : i & 255 || 1;
      const cuts = ranges(1000, 9);
      const counts = await pool.run(cuts.length, (i) => ['countNonZero', bytes.offset, ...(cuts[i] as readonly [number, number])]);
      expect(counts).toEqual(cuts.map(([from, to]) => data.slice(from, to).filter((value) => value !== 0).length));
    } finally {
      await pool.close();
    }
  });

  it.each([1, 2])('throws the reason of a signal that fired, with %i workers', async (workers) => {
    const { layout, bytes } = countingLayout();
    const controller = new AbortController();
    const pool = await KernelPool.open(new URL('../dist/wasm/pca.wasm', import.meta.url), layout, { workers, signal: controller.signal });
    try {
      const run = pool.run(100, () => ['countNonZero', bytes.offset, 0, 1000], (index) => index === 3 && controller.abort(new Error('enough')));
      await expect(run).rejects.toThrow('enough');
    } finally {
      await pool.close();
    }
  });

  it.each([1, 2, 3])('shares one call with each of %i threads, the calling one among them', async (workers) => {
    const { layout, bytes } = countingLayout();
    const counter = layout.take(Int32Array, 1);
    const scratch = Array.from({ length: workers }, () => layout.take(Uint8Array, 8 + 64));
    const [out, start] = [layout.take(Float32Array, 1000), layout.take(Float32Array, 16)];
    const weights = layout.take(Float32Array, 16);
    const pool = await KernelPool.open(new URL('../dist/wasm/pca.wasm', import.meta.url), layout, { workers, share: true });
    try {
      pool.view(bytes).set(Uint8Array.from({ length: 1000 }, (_, i) => i & 255));
      pool.view(weights)[0] = 3;
      const threads: number[] = [];
      await pool.share((thread) => {
        threads.push(thread);
        return ['projectShare', 1, bytes.offset, 1000, 7, counter.offset, 1, weights.offset, start.offset, 16, 1, out.offset, scratch[thread]!.offset];
      });
      expect(threads).toEqual(Array.from({ length: workers }, (_, i) => i));
      expect(Array.from(pool.view(out))).toEqual(Array.from({ length: 1000 }, (_, i) => 3 * (i & 255)));
    } finally {
      await pool.close();
    }
  });

  it('hands on what a kernel throws', async () => {
    const { layout } = countingLayout();
    const pool = await KernelPool.open(new URL('../dist/wasm/pca.wasm', import.meta.url), layout, { workers: 2 });
    try {
      await expect(pool.run(1, () => ['countNonZero', 2 ** 31, 0, 10])).rejects.toThrow(/out of bounds/);
    } finally {
      await pool.close();
    }
  });
});

describe('ranges', () => {
  it('covers 0 to n once, in order', () => {
    expect(ranges(10, 3)).toEqual([[0, 3], [3, 6], [6, 10]]);
    expect(ranges(2, 5)).toEqual([[0, 1], [1, 2]]);
    expect(ranges(0, 4)).toEqual([[0, 0]]);
  });
});

describe('Layout', () => {
  it('keeps arrays apart and aligned, and refuses more than 4 GiB', () => {
    const layout = new Layout();
    const a = layout.take(Uint8Array, 5);
    const b = layout.take(Float64Array, 3);
    expect(b.offset).toBeGreaterThanOrEqual(a.offset + 5);
    expect(b.offset % 64).toBe(0);
    expect(() => layout.take(Float64Array, 2 ** 30)).toThrow(RangeError);
  });
});
