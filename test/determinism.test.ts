import { expect, it } from 'vitest';
import { briefly } from './workspace/folder.mjs';

interface Determinism {
  readonly compareBuilds: (options: {
    study: string;
    workers: number[];
    twice: boolean;
  }) => Promise<{ builds: number; files: number; problems: string[] }>;
}

const { compareBuilds } = (await import(new URL('determinism/determinism.mjs', import.meta.url).href)) as Determinism;

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 400, test: 150 } }
preprocess: { validation: { first: 100 } }
embed: { tsne: [{ rows: 60, iterations: 40, perplexity: 8 }] }
train: { hidden: [{ units: 12 }], epochs: 2 }
experiments:
  forest: { reduce: { uses: '@layerwise/reduce-forest', trees: 5, topK: 40, seed: 42 } }
  pca: { reduce: { uses: '@layerwise/reduce-pca', variance: 0.9 }, ${briefly} }
`;

/** Every stage package, each way twice, on several versions of Node.js: node test/determinism/determinism.mjs --nodes 20,22,24 */
it('built from nothing in two folders, with 1 and 4 workers: the same bytes in every data file', async () => {
  const { builds, files, problems } = await compareBuilds({ study, workers: [1, 4], twice: false });
  expect(problems).toEqual([]);
  expect(builds).toBe(2);
  expect(files).toBeGreaterThan(100);
}, 600_000);
