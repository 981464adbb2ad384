import {
  defineStage,
  featureSplits,
  integer,
  readFeatures,
  selectColumns,
  selectedInfo,
  throwIfAborted,
  withFeatures,
} from '@layerwise/contracts';

/** A reduction: of the features it gets, it keeps some. */
export const stage = defineStage({
  id: 'new-stage',
  summary: 'keeps the first columns',
  params: { topK: integer({ doc: 'how many columns to keep', min: 1, default: 10 }) },
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => false,
  async run({ params, inputs, output, progress, signal }) {
    const info = await inputs.features.json('features');
    const kept = Array.from({ length: Math.min(params.topK, info.columns) }, (_, column) => column);
    for (const [i, name] of featureSplits.entries()) {
      throwIfAborted(signal);
      const split = await readFeatures(inputs.features, name);
      await output.matrix(name, withFeatures(split.table, selectColumns(split, kept)));
      progress({ done: i + 1, total: featureSplits.length, unit: 'splits' });
    }
    await output.json('features', selectedInfo(info, kept));
  },
});
