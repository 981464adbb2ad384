import type { ResultTable } from '@layerwise/contracts';
import { MemoryArtifact } from '@layerwise/conformance';
import { P, ROWS, type SmallExperiment } from '../packages/classes/test/experiment.js';

/** A row of a table of results. */
export type Row = Record<string, number | string>;
/** The rows of a table of results. */
export const rowsOf = (table: ResultTable): Row[] =>
  Array.from({ length: Object.values(table)[0]?.values.length ?? 0 }, (_, i) =>
    Object.fromEntries(Object.entries(table).map(([name, { values }]) => [name, values[i] as number | string])),
  );
/** What the classes are called. */
export const NAMES = ['4', '9', '1'];

/** What a report reads beside the artifacts of a small experiment. */
export async function around({ inputs, splits }: SmallExperiment): Promise<Record<string, MemoryArtifact>> {
  const dataset = new MemoryArtifact('dataset');
  const features = (await inputs.features.json('features')) as { dataset: object };
  features.dataset = { ...features.dataset, classes: NAMES };
  await inputs.features.json('features');
  inputs.features.values.set('features', features);
  const pixels = (await inputs.pixels.json('features')) as { dataset: object };
  inputs.pixels.values.set('features', { ...pixels, dataset: features.dataset });
  dataset.values.set('dataset', features.dataset);
  for (const split of ['train', 'test'] as const)
    dataset.matrices.set(split, {
      rows: ROWS[split],
      columns: {
        id: { data: Uint32Array.from({ length: ROWS[split] }, (_, r) => 1000 + r), width: 1 },
        label: { data: splits[split].label, width: 1 },
        pixels: { data: splits[split].stored, width: P },
      },
    });
  const score = { accuracy: 0.8, loss: 0.5 };
  inputs.model.values.set('evaluation', {
    ...{ train: score, validation: score, test: score, params: 100, features: P, epochs: 1, bestEpoch: 1 },
    ...{ stoppedEarly: false, hidden: [6], deadUnits: [[]] },
  });
  const column = (value: number) => ({ type: 'float64' as const, values: Float64Array.of(value) });
  inputs.model.tables.set('history', {
    epoch: { type: 'int32', values: Int32Array.of(1) },
    ...{ loss: column(0.5), accuracy: column(0.8), valLoss: column(0.5), valAccuracy: column(0.8) },
  });
  const embedding = new MemoryArtifact('embedding');
  embedding.values.set('views', []);
  return { ...inputs, dataset, embedding };
}

/** What a page says. */
export const withoutTags = (text: string): string =>
  text
    .replace(/<script[^]*?<\/script>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;:)])/g, '$1');
