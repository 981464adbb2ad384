import { choice, defineStage, integer, LayerwiseError, list, object, text, type ArtifactWriter, type DatasetInfo } from '@layerwise/contracts';
import type { RawDataset, Split } from './dataset.js';
import { mnist } from './sources/mnist.js';
import { strokes } from './sources/strokes.js';

const sources = { mnist, strokes };

/** Raw files or generated strokes -> dataset. */
export const stage = defineStage({
  id: 'ingest',
  summary: 'reads raw images and labels, or generates them',
  params: {
    use: choice(['mnist', 'strokes'], { doc: 'data set: mnist (found in a folder, or downloaded) or strokes (generated)', default: 'mnist' }),
    offline: choice(['strokes'], { doc: 'data set to use instead where the wanted one can be neither found nor downloaded', optional: true }),
    strokes: object(
      {
        train: integer({ doc: 'training images to generate', min: 0, max: 1_000_000, default: 60_000 }),
        test: integer({ doc: 'test images to generate', min: 0, max: 1_000_000, default: 10_000 }),
        seed: integer({ doc: 'seed of the generated images', min: 0, max: 4_294_967_295, default: 1998 }),
      },
      { doc: 'the generated data set', default: {} },
    ),
    mirrors: list(text({ doc: 'address below which <file>.gz is' }), { doc: 'addresses to download from instead of the public mirrors', optional: true, minItems: 1, maxItems: 20 }),
  },
  reads: {},
  writes: 'dataset',
  // The generated set has a seed of its own: a data set stays the same whatever a study's seed is.
  seeded: () => false,
  rawFiles: (params, places) => sources[params.use].rawFiles(params, places),
  async run({ params, output, places, progress, warn, signal }) {
    const context = { places, progress, warn, signal };
    try {
      await publish(await sources[params.use].load(params, context), output);
    } catch (error) {
      if (!(error instanceof LayerwiseError) || error.code !== 'DATA_MISSING' || params.offline === undefined || params.offline === params.use) throw error;
warn({ code: 'OFFLINE_DATA', message: `the data set ${params.use} is not here and could not be downloaded: '${params.offline}' is used instead, so no figure below is a figure of ${params.use}. 'layerwise data fetch' tries again and says what went wrong` });
      const reason = `${params.use} could be neither found nor downloaded`;
      await publish(await sources[params.offline].load(params, context), output, { wanted: params.use, reason });
    }
  },
});

async function publish(data: RawDataset, output: ArtifactWriter, fallback?: DatasetInfo['fallback']): Promise<void> {
  const { name, width, height, classes, origin } = data;
  for (const part of ['train', 'test'] as const) await writeSplit(part, data[part], width * height, output);
  const info: DatasetInfo = { name, width, height, classes, origin, ...(fallback ? { fallback } : {}) };
  await output.json('dataset', info);
}

async function writeSplit(name: string, { rows, labels, pixels }: Split, width: number, output: ArtifactWriter): Promise<void> {
  const id = Uint32Array.from({ length: rows }, (_, row) => row);
  await output.matrix(name, { rows, columns: { id: { data: id, width: 1 }, label: { data: labels, width: 1 }, pixels: { data: pixels, width } } });
}
