import { defineStage, throwIfAborted, type EmbeddingView } from '@layerwise/contracts';
import { params, type EmbedContext, type Params } from './params.js';
import { drawViews, type Drawing } from './draw.js';
import { planViews } from './plan.js';
import { purityOf } from './purity.js';
import { planSources } from './sources.js';

/**
 * PCA, t-SNE and column views of the pixels, the features and every hidden layer, of the training rows. The maps of the pixels are a part that
 * experiments share: where they are given, they are taken over as they are.
 */
export const stage = defineStage({
  id: 'embed',
  summary: 'maps of the training rows in two and three dimensions: PCA, t-SNE, pairs of columns',
  params,
  reads: { pixels: 'features', 'maps?': 'embedding', 'features?': 'features', 'activations?': 'activations' },
  writes: 'embedding',
  seeded: () => false,
  part: (given): Params | undefined =>
    given.sources.includes('pixels') ? { ...given, sources: ['pixels'], tsne: [] } : undefined,
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
  const views: EmbeddingView[] = [...(await takeMaps(inputs, output))];
  const sources = await planSources(inputs, params.sources);
  try {
    const plans = sources.plans.map((source) => planViews(source, params));
    const total = plans.reduce((sum, plan) => sum + plan.length, views.length);
    for (const [index, { open }] of sources.plans.entries()) {
      throwIfAborted(signal);
      const step = (detail: string, share = 0): void =>
        progress({ done: views.length + share, total, unit: 'views', detail });
      const source = await open();
      try {
        const drawing: Drawing = { source, points: params.points, workers, signal, warn, step };
        for await (const { view, table } of drawViews(drawing, plans[index])) {
          throwIfAborted(signal);
          await output.matrix(view.name, table);
          const { position, label } = table.columns;
          const purity = await purityOf(position.data, view.dimensions, label.data, { workers, signal });
          views.push({ ...view, ...(purity && { purity }) });
          progress({ done: views.length, total, unit: 'views', detail: view.name });
        }
      } finally {
        await source.close();
      }
    }
  } finally {
    await sources.close();
  }
  await output.json('views', views);
  progress({ done: views.length, total: views.length, unit: 'views', detail: `${views.length} maps` });
}

/** Writes the maps that are given, as they are. @returns how each was made; nothing where none are given */
async function takeMaps(
  { maps }: EmbedContext['inputs'],
  output: EmbedContext['output'],
): Promise<readonly EmbeddingView[]> {
  const views = (await maps?.json('views')) ?? [];
  for (const { name } of views) if (maps) await output.matrix(name, await maps.matrix(name));
  return views;
}
