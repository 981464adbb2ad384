import { conformance } from '@layerwise/conformance';
import { stage } from '@layerwise/ingest';
import { describe, it } from 'vitest';

describe('ingest, generating', () => {
  const params = { use: 'strokes', strokes: { train: 30, test: 10 }, mirrors: ['https://example.org/mnist'] };
  for (const { name, run } of conformance(stage, { params, inputs: () => ({}) })) it(name, run);
});
