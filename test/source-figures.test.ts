import { readFile } from 'node:fs/promises';
import type { MeasuredFigures } from '@layerwise/contracts';
import { renderStudy, type ComparedExperiment, type MeasuredExperiment } from '@layerwise/report';
import { parseStudy } from '@layerwise/study';
import { readSources } from '@layerwise/workspace/publication/sources';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const { unshown } = (await import(new URL('acceptance/shown.mjs', import.meta.url).href)) as {
  unshown: (csv: string, page: string, built: readonly string[]) => string[];
};
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8');
const nets = JSON.parse(await read('test/acceptance/nets.json')) as Record<string, { net: string; params: number }>;
const folders = ['assignment', 'a1', 'msds422', 'ex4', 'problem1'];

/** An experiment of the given net with figures that look like those of a run. */
function measured(name: string, { net, params }: { net: string; params: number }): MeasuredExperiment {
  const [features, ...widths] = net.split('-').map(Number) as [number, ...number[]];
  const [hidden, classes] = [widths.slice(0, -1), widths.at(-1) as number];
  const rows = { train: 55_000, validation: 5000, test: 10_000 };
  const counts = (all: number): number[] =>
    Array.from({ length: classes ** 2 }, (_, i) => (i % (classes + 1) === 0 ? all / 10 - 9 * 7 : 7));
  const epochs = Array.from({ length: 100 }, (_, i) => 1 / (i + 2));
  const figures: MeasuredFigures = {
    confusion: { train: counts(rows.train), validation: counts(rows.validation), test: counts(rows.test) },
    history: { loss: epochs, accuracy: epochs, valLoss: epochs, valAccuracy: epochs },
    layers: hidden.map((width) => ({
      largest: Array.from({ length: width }, (_, j) => j + 0.5),
      byClass: Array.from({ length: Math.min(16, width) }, () => Array.from({ length: 10 }, () => [0, 1] as const)),
    })),
    variance: 0.95,
  };
  const view = (source: string): MeasuredExperiment['views'][number] =>
    ({
      ...{ name: source, source, method: 'pca', dimensions: 3, split: 'train', rows: 55_000 },
      explained: [0.1, 0.07, 0.06],
    }) as unknown as MeasuredExperiment['views'][number];
  const score = { accuracy: 0.97, loss: 0.1 };
  return {
    ...{
      name,
      rows,
      validatesOnTest: false,
      scores: { train: score, validation: score, test: score },
      params,
      features,
    },
    ...{ hidden, classes, epochs: 100, seconds: 12, figures, views: ['pixels', 'features', 'hidden1'].map(view) },
  };
}

async function page(folder: string, isBuilt: boolean): Promise<{ csv: string; text: string; built: string[] }> {
  const file = `pipelines/${folder}/study.yaml`;
  const { name: study, experiments } = parseStudy(await read(file), file);
  const rows = readSources(root, { file, experiments } as unknown as Parameters<typeof readSources>[1]);
  const built = isBuilt ? experiments.map(({ name }) => name) : [];
  const text = renderStudy({
    study,
    experiments: [] as ComparedExperiment[],
    sources: {
      rows: rows ?? [],
      experiments: built.map((name) =>
        measured(name, nets[`${study}:${name}`] ?? { net: '784-64-10', params: 50_890 }),
      ),
    },
  });
  return { csv: await read(`pipelines/${folder}/sources.csv`), text, built };
}

describe('the figures that sources print', () => {
  it.each(folders)(
    'of %s are all on the page of the study, beside ours where its experiments are built',
    async (folder) => {
      const { csv, text, built } = await page(folder, true);
      expect(csv.split('\n').length).toBeGreaterThan(100);
      expect(unshown(csv, text, built)).toEqual([]);
    },
  );

  it.each(folders)('of %s are all on the page before anything is built', async (folder) => {
    const { csv, text, built } = await page(folder, false);
    expect(unshown(csv, text, built)).toEqual([]);
  });

  it('are missed where a page lacks one, shows another, or has none of ours beside it', async () => {
    const { csv, text, built } = await page('assignment', true);
    const [at, line] = csv
      .split('\n')
      .map((row, i) => [i + 1, row] as const)
      .find(([, row]) => row.startsWith('exp3,1,test10000,accuracy,')) as [number, string];
    const value = line.split(',')[4] as string;
    expect(text).toContain(`data-source="${at}">${value}`);
    const broken = (from: string, to: string): string[] => unshown(csv, text.replace(from, to), built);
    const name = `line ${at} (exp3 accuracy ${value})`;
    expect(broken(`data-source="${at}"`, 'title=""')).toEqual([`${name} is not on the page`]);
    expect(broken(`data-source="${at}">${value}`, `data-source="${at}">0.1`)).toEqual([`${name} is shown as 0.1`]);
    expect(broken(`data-ours="${at}"`, 'title=""')).toEqual([`${name} has nothing of ours beside it`]);
  });
});
