import { defineStage, throwIfAborted, type EmbeddingView } from '@layerwise/contracts';
import { params, type EmbedContext } from './params.js';
import { drawViews, type Drawing } from './draw.js';
import { planViews } from './plan.js';
import { purityOf } from './purity.js';
import { planSources } from './sources.js';

/** PCA, t-SNE and column views of the pixels, the features and every hidden layer, of the training rows. */
export const stage = defineStage({
  id: 'embed',
  summary: 'maps of the training rows in two and three dimensions: PCA, t-SNE, pairs of columns',
  params,
  reads: { pixels: 'features', features: 'features', activations: 'activations' },
  writes: 'embedding',
  seeded: () => false,
  async run(context) {
    try {
      await run(context);
    } catch (error) {
      throwIfAborted(context.signal);
      throw error;
    }
  },
});

async function run({ params, inputs, output, progress, warn, signal, workers }: EmbedContext): Promise<void> {
  const sources = await planSources(inputs, params.sources);
  const views: EmbeddingView[] = [];
  const plans = sources.map((source) => planViews(source, params));
  const total = plans.reduce((sum, plan) => sum + plan.length, 0);
  for (const [index, { open }] of sources.entries()) {
    throwIfAborted(signal);
    const step = (detail: string, share = 0): void =>
      progress({ done: views.length + share, total, unit: 'views', detail });
    const drawing: Drawing = { source: await open(), points: params.points, workers, signal, warn, step };
    for await (const { view, table } of drawViews(drawing, plans[index])) {
      throwIfAborted(signal);
      await output.matrix(view.name, table);
      const purity = await purityOf(table.columns.position.data, view.dimensions, table.columns.label.data, {
        workers,
        signal,
      });
      views.push({ ...view, ...(purity && { purity }) });
      progress({ done: views.length, total, unit: 'views', detail: view.name });
    }
  }
  await output.json('views', views);
  progress({ done: total, total, unit: 'views', detail: `${views.length} maps` });
}
