import { readFileSync } from 'node:fs';
import { runInMemory, sampleFeatures } from '@layerwise/conformance';
import { stage as own } from '@layerwise/train';
import { stage as tfjs } from '@layerwise/train-tfjs';
import { describe, expect, it } from 'vitest';
import { shareOf } from '../src/schedules.js';

const at = (schedule: Parameters<typeof shareOf>[0], epochs: number, perEpoch = 2): number[] =>
  Array.from({ length: epochs * perEpoch }, (_, step) => shareOf(schedule, { step, perEpoch, epochs }));

describe('shareOf', () => {
  it('is 1 without a schedule', () => expect(at(undefined, 2)).toEqual([1, 1, 1, 1]));

  it('steps: multiplies after each epoch that is named, in whatever order', () => {
    expect(at({ steps: { after: [3, 1], factor: 0.5 } }, 4)).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  interface Case {
    readonly epochs: number;
    readonly perEpoch: number;
    readonly warmup: number;
    readonly end: number;
    readonly shares: readonly number[];
  }
  const golden = JSON.parse(readFileSync(new URL('./goldens/cosine-keras.json', import.meta.url), 'utf8')) as {
    readonly cases: readonly Case[];
  };
  it.each(golden.cases)('cosine: as Keras, $epochs epochs, warm-up $warmup, end $end', (given) => {
    const { epochs, perEpoch, warmup, end, shares } = given;
    const found = at({ cosine: { warmup, end } }, epochs, perEpoch);
    expect(found).toHaveLength(shares.length);
    found.forEach((share, step) => expect(share).toBeCloseTo(shares[step]!, 6));
  });
});

describe.each([own, tfjs])('$id', (stage) => {
  it('trains by the rate of each step', async () => {
    const inputs = { features: await sampleFeatures({ train: 200, validation: 40, test: 40 }) };
    const params = { hidden: [{ units: 6 }], restoreBest: false, optimizer: { sgd: { learningRate: 0.05 } } };
    const train = async (given: object): Promise<Uint8Array> =>
      (await runInMemory(stage, { params: { ...params, ...given }, inputs })).output.bytes('weights.bin');
    const frozen = await train({ epochs: 3, schedule: { steps: { after: [1], factor: 1e-30 } } });
    expect(frozen).toEqual(await train({ epochs: 1 }));
    expect(frozen).not.toEqual(await train({ epochs: 3 }));
  });
});
