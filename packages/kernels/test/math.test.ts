import { describe, expect, it } from 'vitest';
import { Layout } from '@layerwise/kernels/layout';
import { exp32, log32, sigmoid32, tanh32 } from '@layerwise/nets/mathematics';
import { KernelPool } from '@layerwise/kernels/pool';
import { Random } from '@layerwise/kernels/random';
import { trainKernel } from '@layerwise/kernels/train/kernel';

const N = 40_000;
const random = new Random(new Uint32Array([1, 2, 3, 4]));
const around = (low: number, high: number) =>
  Float32Array.from({ length: N }, (_, i) =>
    i < 200 ? Math.round(low + ((high - low) * i) / 200) : low + (high - low) * random.float(),
  );

const cases = [
  {
    name: 'exp',
    number: 0,
    twin: exp32,
    exact: Math.exp,
    input: around(-90, 90),
    odd: [0, -0, 1, -1, NaN, Infinity, -Infinity, 88.72, 88.73, -87.29, -87.31],
  },
  {
    name: 'log',
    number: 1,
    twin: log32,
    exact: Math.log,
    input: around(1e-30, 50),
    odd: [1, 0.5, 0.70710677, 0.7071068, 2, 2e-38, 3e38],
  },
  {
    name: 'tanh',
    number: 2,
    twin: tanh32,
    exact: Math.tanh,
    input: around(-12, 12),
    odd: [0, 0.625, -0.625, 0.6249999, NaN, Infinity, -Infinity],
  },
  {
    name: 'sigmoid',
    number: 3,
    twin: sigmoid32,
    exact: (x: number) => 1 / (1 + Math.exp(-x)),
    input: around(-85, 85),
    odd: [0, NaN, Infinity, -Infinity, 100, -100],
  },
];

describe.each(cases)('$name in float32', ({ name, number, twin, exact, input, odd }) => {
  const values = Float32Array.from([...odd, ...input]);

  it('is the same to the last bit in TypeScript and in the kernel', async () => {
    const layout = new Layout();
    const from = layout.take(Float32Array, values.length);
    const to = layout.take(Float32Array, values.length);
    const pool = await KernelPool.open(trainKernel, layout);
    pool.view(from).set(values);
    pool.local.mapFloats(number, from.offset, to.offset, values.length);
    expect(Array.from(pool.view(to))).toEqual(Array.from(values, (x) => twin(x)));
    await pool.close();
  });

  it('is at most 2.5 u off', () => {
    let worst = 0;
    for (const x of values) {
      const right = exact(x);
      if (!Number.isFinite(right) || Math.abs(right) > 3.4e38 || Math.abs(right) < 1.3e-38) continue;
      worst = Math.max(
        worst,
        Math.abs(twin(x) - right) / Math.max(Math.abs(right), name === 'log' ? 0.05 : 0) / 2 ** -24,
      );
    }
    console.log(`${name}: at most ${worst.toFixed(2)} u off`);
    expect(worst).toBeLessThan(2.5);
  });
});
