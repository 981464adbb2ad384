import { describe, expect, it } from 'vitest';
import { Layout } from '@layerwise/kernels/layout';
import { pcaKernel as kernel, type PcaPool } from '@layerwise/kernels/pca/kernel';
import { KernelPool, ranges } from '@layerwise/kernels/pool';

/** Numbers, and calls of a kernel function that give the size of each: the defect of a matrix of one entry for the eigenvalue 0. */
function numbers() {
  const layout = new Layout();
  const [values, zero, one] = [
    layout.take(Float64Array, 100),
    layout.take(Float64Array, 2),
    layout.take(Float64Array, 2),
  ];
  const sizeOf = (i: number) => ['defect', values.offset + 8 * i, 0, 1, zero.offset, 1, 1, one.offset, 2] as const;
  const fill = (pool: PcaPool): Float64Array => {
    pool.view(one)[0] = 1;
    const data = pool.view(values);
    for (let i = 0; i < 100; i++) data[i] = i - 50;
    return data;
  };
  return { layout, fill, sizeOf };
}

describe('KernelPool', () => {
  it.each([1, 2, 3])('answers in the order of the calls with %i workers', async (workers) => {
    const { layout, fill, sizeOf } = numbers();
    const pool = await KernelPool.open(kernel, layout, { workers });
    try {
      const data = fill(pool);
      expect(await pool.run(100, sizeOf)).toEqual(Array.from(data, Math.abs));
    } finally {
      await pool.close();
    }
  });

  it.each([1, 2])('throws the reason of a signal that fired, with %i workers', async (workers) => {
    const { layout, sizeOf } = numbers();
    const controller = new AbortController();
    const pool = await KernelPool.open(kernel, layout, { workers, signal: controller.signal });
    try {
      const run = pool.run(100, sizeOf, (index) => index === 3 && controller.abort(new Error('enough')));
      await expect(run).rejects.toThrow('enough');
      await expect(pool.share(() => sizeOf(0))).rejects.toThrow('enough');
    } finally {
      await pool.close();
    }
  });

  it.each([1, 2, 3])('shares one call with each of %i threads, the calling one among them', async (workers) => {
    const layout = new Layout();
    const [bytes, counter] = [layout.take(Uint8Array, 1016), layout.take(Int32Array, 1)];
    const scratch = Array.from({ length: workers }, () => layout.take(Float32Array, 1000));
    const [out, weights] = [layout.take(Float32Array, 1000), layout.take(Float32Array, 32)];
    const pool = await KernelPool.open(kernel, layout, { workers, share: true });
    try {
      pool.view(bytes).set(Uint8Array.from({ length: 1000 }, (_, i) => i & 255));
      pool.view(weights)[0] = 3;
      const threads: number[] = [];
      await pool.share(
        (thread) => {
          threads.push(thread);
          return [
            'projectShare',
            1,
            bytes.offset,
            1000,
            counter.offset,
            1,
            weights.offset,
            1,
            out.offset,
            scratch[thread]!.offset,
          ];
        },
        () => threads.push(-1),
      );
      expect(threads.toSorted()).toEqual(Array.from({ length: workers + 1 }, (_, i) => i - 1));
      expect(threads.indexOf(-1)).toBe(workers - 1);
      expect(Array.from(pool.view(out))).toEqual(Array.from({ length: 1000 }, (_, i) => 3 * (i & 255)));
    } finally {
      await pool.close();
    }
  });

  it('uses the threads of a closed pool again, on the memory of the new one', async () => {
    for (let round = 0; round < 3; round++) {
      const { layout, fill, sizeOf } = numbers();
      const pool = await KernelPool.open(kernel, layout, { workers: 2 });
      try {
        const data = fill(pool);
        data[7] = 1000 + round;
        expect((await pool.run(100, sizeOf))[7]).toBe(1000 + round);
      } finally {
        await pool.close();
      }
    }
  });

  it.each([
    ['is not there', { functions: { defect: 8, orderLines: 7 } }, 'orderLines of 7 numbers, but has none'],
    ['takes other numbers', { functions: { defect: 9 } }, 'defect of 9 numbers, but has one of 8'],
  ])('names a function that %s, before anything is computed', async (_, wanted, message) => {
    await expect(KernelPool.open({ ...kernel, ...wanted }, new Layout())).rejects.toThrow(
      `pca.wasm must have a function ${message}`,
    );
  });

  it('hands on what a kernel throws', async () => {
    const pool = await KernelPool.open(kernel, new Layout(), { workers: 2 });
    try {
      await expect(pool.run(1, () => ['defect', 2 ** 31, 0, 1, 0, 1, 1, 0, 2])).rejects.toThrow(/out of bounds/);
    } finally {
      await pool.close();
    }
  });
});

describe('ranges', () => {
  it('covers 0 to n once, in order', () => {
    expect(ranges(10, 3)).toEqual([
      [0, 3],
      [3, 6],
      [6, 10],
    ]);
    expect(ranges(2, 5)).toEqual([
      [0, 1],
      [1, 2],
    ]);
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
