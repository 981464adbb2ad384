import { expect, it } from 'vitest';
import { Random } from '@layerwise/kernels/random';
import { Crew } from '../dist/crew.js';
import type { Ground, RespondJob } from '../dist/jobs.js';
import { entropyTerms, resample } from '../dist/selectivity.js';

const [N, K, H] = [500, 3, 9];
const random = new Random(Uint32Array.of(9, 8, 7, 6));
const label = Uint16Array.from({ length: N }, () => random.below(K));
const predicted = Uint16Array.from({ length: N }, () => random.below(K));
const layer = (inputs: number, units: number) => ({
  inputs,
  units,
  activation: 'relu' as const,
  kernel: Float64Array.from({ length: inputs * units }, () => random.float() - 0.5),
  bias: Float64Array.from({ length: units }, () => random.float()),
});
const ground: Ground = {
  label,
  predicted,
  classes: K,
  images: 4,
  layers: [layer(6, H), layer(H, 5)],
  bootstrap: {
    rows: Uint32Array.from({ length: N }, (_, r) => r),
    draws: 10,
    ...resample(label, K, 10, Uint32Array.of(1, 2, 3, 4)),
    terms: entropyTerms(N),
  },
};
const values = new Float32Array(new SharedArrayBuffer(4 * H * N)).map(() => Math.max(0, random.float() - 0.4));
const MANY = 1e9;

async function found(workers: number, size: number): Promise<unknown> {
  const crew = Crew.open(ground, MANY, workers, new AbortController().signal);
  try {
    expect(crew.width).toBe(Math.min(4, workers));
    const jobs = Array.from({ length: Math.ceil(H / size) }, (_, i): RespondJob => ({
      kind: 'respond',
      values,
      alone: false,
      from: i * size,
      to: Math.min(H, (i + 1) * size),
    }));
    const starts = [Float64Array.of(0, 1, 0, 1, 0.5, 0.25)];
    const climbed = await crew.all([0, 1, 2, 3].map((node) => ({ kind: 'ascend', depth: 2, node, starts, steps: 5 })));
    return [(await crew.all(jobs)).flat(), climbed];
  } finally {
    await crew.close();
  }
}

it('gives the same for any number of threads, and any division of the nodes among them', async () => {
  const alone = await found(1, 4);
  expect(await found(2, 4)).toEqual(alone);
  expect(await found(7, 1)).toEqual(alone);
});

it('stops when it is told to, and ends its threads', async () => {
  const stop = new AbortController();
  const crew = Crew.open(ground, MANY, 2, stop.signal);
  const starts = [new Float64Array(6)];
  const jobs = Array.from({ length: 100_000 }, () => ({
    kind: 'ascend' as const,
    depth: 2,
    node: 0,
    starts,
    steps: 9,
  }));
  const done = crew.all(jobs, (n) => n === 5 && stop.abort(new Error('enough')));
  await expect(done).rejects.toThrow('enough');
  await crew.close();
});

it('tells of a job that fails', async () => {
  const crew = Crew.open(ground, MANY, 2, new AbortController().signal);
  await expect(crew.all([{ kind: 'ascend', depth: 2, node: 0, starts: [], steps: 1 }])).rejects.toThrow(RangeError);
  await crew.close();
});
