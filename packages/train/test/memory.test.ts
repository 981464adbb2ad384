import { runInMemory, sampleFeatures, type MemoryArtifact } from '@layerwise/conformance';
import type { FeaturesInfo, LayerwiseError } from '@layerwise/contracts';
import { stage } from '@layerwise/train';
import { expect, it } from 'vitest';

const sizes = { train: 40, validation: 4, test: 4 };

/** Features of so many rows in each split, and so many columns, of which none may be read. */
async function manyRows(rows: number, width: number): Promise<MemoryArtifact> {
  const features = await sampleFeatures(sizes);
  await features.json('features', { ...(await features.json<FeaturesInfo>('features')), columns: width });
  const { columns } = await features.rows('train');
  features.rows = async () => ({
    rows,
    columns: { ...columns, features: { dtype: 'float32', width } },
    read: async (column) => {
      if (column === 'id') return new Uint32Array(rows);
      if (column === 'label') return new Uint16Array(rows);
      throw new Error('a row was read');
    },
    readNow: () => {
      throw new Error('a row was read');
    },
    close: async () => {},
  });
  return features;
}

async function refusal(features: MemoryArtifact, params: object): Promise<LayerwiseError> {
  return runInMemory(stage, { params: { epochs: 1, ...params }, inputs: { features } }).then(
    () => expect.fail('it was trained'),
    (error: LayerwiseError) => error,
  );
}

it('refuses more rows than can be held, before any is read, with what to do', async () => {
  const features = await manyRows(100_000, 5000);
  const { code, message, remedy } = await refusal(features, { hidden: [{ units: 4 }] });
  expect(code).toBe('PARAMS_INVALID');
  expect(message).toMatch(/^train: a net and its rows must take at most 4 GiB, but training takes [\d.]+ GiB: /);
  expect(message).toMatch(/ 300,000 rows of 5,000 features$/);
  expect(remedy).toMatch(/fewer rows/);
});

it.each([
  ['in training', { adam: {} }, 'training takes'],
  ['in later stages', { sgd: {} }, 'looking into the net after it is trained takes'],
])('refuses a net that cannot be held %s', async (_, optimizer, when) => {
  const params = { hidden: [{ units: 12000 }, { units: 24000 }], optimizer };
  const { code, message, remedy } = await refusal(await sampleFeatures(sizes), params);
  expect(code).toBe('PARAMS_INVALID');
  expect(message).toContain(when);
  expect(remedy).toMatch(/smaller hidden layers/);
});

it('trains what can be held', async () => {
  const { output } = await runInMemory(stage, {
    params: { epochs: 1, hidden: [{ units: 4 }] },
    inputs: { features: await sampleFeatures(sizes) },
  });
  expect(output.has('weights.bin')).toBe(true);
});
