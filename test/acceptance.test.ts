import { readFile, readdir } from 'node:fs/promises';
import { parseStudy, type StudyDocument } from '@layerwise/study';
import { describe, expect, it } from 'vitest';

interface Judgement {
  readonly state: string;
  readonly words: string;
}

interface Net {
  readonly net: string;
  readonly params: number;
}

const { judge, table, wrongNets } = (await import(new URL('./acceptance/judge.mjs', import.meta.url).href)) as {
  judge: (result: unknown, figures?: unknown, expected?: Net) => Judgement;
  table: (rows: readonly object[]) => string;
  wrongNets: (studies: readonly StudyDocument[], nets: Readonly<Record<string, Net>>) => readonly string[];
};
const nets = JSON.parse(await readFile(new URL('./acceptance/nets.json', import.meta.url), 'utf8')) as Record<
  string,
  Net
>;

/** The reference studies, parsed; `edit` may change the text of one of them. */
async function studies(edit: (text: string, folder: string) => string = (text) => text): Promise<StudyDocument[]> {
  const pipelines = new URL('../pipelines/', import.meta.url);
  const folders = (await readdir(pipelines, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return Promise.all(
    folders.map(async (folder) =>
      parseStudy(edit(await readFile(new URL(`${folder}/study.yaml`, pipelines), 'utf8'), folder), folder),
    ),
  );
}

/** As `layerwise show --json` prints it, as far as it is read. */
function result(
  published: object | null,
  accuracy: number,
  seeds: readonly number[] = [accuracy],
  dataset = 'mnist',
): object {
  const spread = {
    mean: accuracy,
    deviation: seeds.length > 1 ? 0.01 : null,
    lowest: Math.min(...seeds),
    highest: Math.max(...seeds),
  };
  return {
    dataset,
    fallback: dataset !== 'mnist',
    published,
    test: { accuracy },
    validation: { accuracy },
    features: 784,
    hidden: [2],
    classes: 10,
    params: 1600,
    seeds: { count: seeds.length, test: spread, validation: spread },
  };
}

const of = (accuracy: number): object => ({ test: { accuracy } });

describe('the nets of the reference studies', () => {
  it('are those that their sources state', async () => {
    expect(wrongNets(await studies(), nets)).toEqual([]);
  });

  it('have as many parameters as their widths make', () => {
    for (const { net, params } of Object.values(nets)) {
      const sizes = net.split('-').map(Number);
      expect(params).toBe(sizes.slice(1).reduce((sum, units, l) => sum + units * (sizes[l] as number) + units, 0));
    }
  });

  it.each([
    [
      'a layer that is missing',
      'problem1',
      'hidden: [{ units: 784 }, { units: 196 }]',
      'hidden: [{ units: 196 }]',
      'problem1:dense: the net must be 784-784-196-10, the study has 784-196-10',
    ],
    [
      'another width',
      'a1',
      '{ units: 5 }',
      '{ units: 6 }',
      'a1:exp3: the net must be 784-128-5-10, the study has 784-128-6-10',
    ],
    [
      'another number of components',
      'a1',
      'components: 154',
      'components: 150',
      'a1:exp4: the net must be 154-128-5-10, the study has 150-128-5-10',
    ],
    [
      'another number of pixels',
      'assignment',
      'topK: 70',
      'topK: 71',
      'pipeline:exp5: the net must be 70-85-10, the study has 71-85-10',
    ],
    [
      'a reduction too many',
      'msds422',
      '    title: One layer of 64 nodes\n',
      "    title: One layer of 64 nodes\n    reduce: { uses: '@layerwise/reduce-pca', components: 50 }\n",
      'msds422:exp4: the net must be 784-64-10, the study has 50-64-10',
    ],
    [
      'another name',
      'ex4',
      '  plain:',
      '  plainer:',
      'ex4:plainer: its net must be stated in test/acceptance/nets.json',
    ],
    ['none of a name', 'ex4', '  plain:', '  plainer:', 'ex4:plain: is in test/acceptance/nets.json and in no study'],
  ])('are found wrong: %s', async (_what, changed, from, to, message) => {
    const wrong = await studies((text, folder) => {
      if (folder !== changed) return text;
      expect(text).toContain(from);
      return text.replace(from, to);
    });
    expect(wrongNets(wrong, nets)).toContain(message);
  });

  it.each([
    ['the right one', { net: '784-2-10', params: 1600 }, 'in', 'above'],
    [
      'one more layer',
      { net: '784-784-2-10', params: 617_020 },
      'out',
      'the net must be 784-784-2-10 with 617020 parameters, is 784-2-10 with 1600',
    ],
    [
      'one parameter less',
      { net: '784-2-10', params: 1599 },
      'out',
      'the net must be 784-2-10 with 1599 parameters, is 784-2-10 with 1600',
    ],
  ])('are judged as measured, whatever their accuracy: %s', (_what, expected, state, words) => {
    expect(judge(result(of(0.95), 0.98), undefined, expected)).toMatchObject({ state, words });
    expect(table([{ address: 'a:one', result: result(of(0.95), 0.98), expected }])).toContain(words);
  });
});

describe('the acceptance table', () => {
  it.each([
    ['above', result(of(0.95), 0.98), 'in', 'above'],
    ['equal', result(of(0.95), 0.95), 'in', 'within 0.6 points'],
    ['exactly 0.6 points below', result(of(0.9753), 0.9693), 'in', 'within 0.6 points'],
    ['further below', result(of(0.9753), 0.9692), 'out', '0.61 points below'],
    [
      'further below, the published figure among those of our seeds',
      result(of(0.67), 0.6, [0.5, 0.6, 0.7]),
      'in',
      'inside the range of 3 seeds',
    ],
    [
      'further below, and beyond our seeds',
      result(of(0.67), 0.6, [0.5, 0.6, 0.66]),
      'out',
      '7.00 points below, outside the range of 3 seeds',
    ],
    [
      'below the first published run, not below another',
      result({ test: { accuracy: 0.67, reruns: [0.54] } }, 0.6, [0.5, 0.6, 0.66]),
      'in',
      "against the source's other run, 54.00%: above; against its first: 7.00 points below, outside the range of 3 seeds",
    ],
    [
      'below every published run',
      result({ test: { accuracy: 0.67, reruns: [0.64] } }, 0.6),
      'out',
      '7.00 points below',
    ],
    ['published on validation alone', result({ validation: { accuracy: 0.98 } }, 0.9), 'out', '8.00 points below'],
    ['nothing published', result(null, 0.98), 'open', 'no figure published'],
    ['other data', result(of(0.9), 0.98, [0.98], 'strokes'), 'open', 'measured on strokes, not on MNIST'],
    ['not built', undefined, 'open', 'not built'],
  ])('%s', (_what, given, state, words) => {
    expect(judge(given)).toMatchObject({ state, words });
  });

  it('has a row for each experiment and counts them', () => {
    const text = table([
      { address: 'a:one', result: result(of(0.95), 0.98) },
      { address: 'a:two', published: of(0.9) },
      { address: 'a:three', result: result(of(0.67), 0.6, [0.5, 0.66]), stale: true },
    ]);
    expect(text).toContain('1 of 3 experiments are in their band, 1 are not, 1 cannot be judged.');
    expect(text).toContain('| a:one | 784-2-10 | test | 95.00% | 98.00% | +3.00 | 1 | yes: above |');
    expect(text).toContain(
      '| a:three (earlier run) | 784-2-10 | test | 67.00% | 60.00% | -7.00 | 2: 60.00% ± 1.00, 50.00% to 66.00% ' +
        '| **no**: 7.00 points below, outside the range of 2 seeds |',
    );
    expect(text).toContain('| a:two |  | test | 90.00% |  |  |  | –: not built |');
  });
});
