import { runInMemory } from '@layerwise/conformance';
import type { Evaluation } from '@layerwise/contracts';
import { stage as ingest } from '@layerwise/ingest';
import { stage as preprocess } from '@layerwise/preprocess';
import { stage as train } from '@layerwise/train';
import { beforeAll, describe, expect, it } from 'vitest';

describe('the strokes data set', () => {
  let features: Awaited<ReturnType<typeof runInMemory>>['output'];
  beforeAll(async () => {
    const { output: dataset } = await runInMemory(ingest, {
      params: { use: 'strokes', strokes: { train: 16_000, test: 4000 } },
    });
    features = (await runInMemory(preprocess, { params: { validation: { first: 1000 } }, inputs: { dataset } })).output;
  });

  const testAccuracy = async (units: number): Promise<number> => {
    const { output } = await runInMemory(train, { params: { hidden: [{ units }], epochs: 5 }, inputs: { features } });
    return (await output.json<Evaluation>('evaluation')).test.accuracy;
  };

  it('is learned by 128 hidden nodes, though not perfectly', async () => {
    const accuracy = await testAccuracy(128);
    expect(accuracy).toBeGreaterThan(0.96);
    expect(accuracy).toBeLessThan(0.995);
  });

  it('is not learned by one hidden node', async () => {
    expect(await testAccuracy(1)).toBeLessThan(0.6);
  });
});
