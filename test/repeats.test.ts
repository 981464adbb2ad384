import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeParquet } from '@layerwise/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { small, Workspace } from './workspace/workspace.js';

interface Score {
  readonly accuracy: number;
  readonly loss: number;
}

interface Result {
  readonly test: Score;
  readonly validation: Score;
  readonly warnings: readonly string[];
  readonly seeds: {
    count: number;
    test: { mean: number; deviation: number | null; lowest: number; highest: number };
    loss: Record<'train' | 'validation' | 'test', { mean: number; deviation: number }>;
    runs: { seed: number; test: Score }[];
  };
}

interface Compared {
  readonly experiments: readonly Result[];
  readonly differences: readonly {
    reference: string;
    other: string;
    test: number;
    seeds: { seeds: number[]; mean: number; signFlip: number } | null;
    rows: { rows: number; onlyReference: number; onlyOther: number; p: number } | null;
  }[];
  readonly report: string;
}

const study = (repeats: string, more = ''): string =>
  `name: tiny
seed: 7
${repeats}
dataset: { use: strokes, strokes: { train: 300, test: 80 } }
preprocess: { validation: { first: 60 } }
${small}experiments:
  small: { train: { hidden: [{ units: 4 }], epochs: 2 }, report: { uses: brief-report } }
  wide: { train: { hidden: [{ units: 24 }], epochs: 4 }${more} }
`;

describe('nets trained from several seeds', () => {
  let workspace: Workspace;
  const show = async (name: string): Promise<Result> =>
    JSON.parse((await workspace.layerwise(['show', `tiny:${name}`, '--json'])).output) as Result;
  const compare = async (...names: string[]): Promise<Compared> =>
    JSON.parse((await workspace.layerwise(['compare', ...names, '--json'])).output) as Compared;

  beforeAll(async () => {
    workspace = Workspace.create('layerwise-repeats');
    workspace.study('tiny', study('# one seed'));
    const { code, output } = await workspace.nx(['run', 'tiny:all']);
    expect(code, output).toBe(0);
  }, 240_000);
  afterAll(() => workspace.remove());

  it('why says what tells each class from its rival, of what was computed', async () => {
    const all = await workspace.layerwise(['why', 'tiny:wide']);
    expect(all.code, all.output).toBe(0);
    const [told] = [...all.output.matchAll(/^(\d) {2}An? \1 is told from an? \d by /gm)];
    const one = await workspace.layerwise(['why', 'tiny:wide', '--class', told?.[1] ?? '', '--json']);
    expect(JSON.parse(one.output)).toMatchObject({ experiment: 'tiny:wide', class: told?.[1] });
    expect((await workspace.layerwise(['why', 'tiny:wide', '--rival', '1'])).output).toContain(
      '--rival must be given with --class',
    );
  });

  it('one seed: no deviation, no test over seeds, but one over the test images', async () => {
    const { seeds, test } = await show('wide');
    expect(seeds).toMatchObject({
      count: 1,
      test: { mean: test.accuracy, deviation: null },
      runs: [{ seed: 7, test }],
    });
    const { experiments, differences } = await compare('tiny:small', 'tiny:wide');
    const [difference] = differences;
    const { rows, onlyReference, onlyOther } = difference?.rows as {
      rows: number;
      onlyReference: number;
      onlyOther: number;
    };
    expect(difference?.seeds).toBeNull();
    expect(rows).toBe(80);
    expect(onlyOther - onlyReference).toBe(Math.round(((difference?.test as number) / 100) * rows));
    const accuracies = experiments.map((experiment) => experiment.validation.accuracy);
    expect(difference?.reference).toBe(accuracies[0]! > accuracies[1]! ? 'tiny:small' : 'tiny:wide');
  });

  it('three seeds: the trainings from two more, what compares the seeds, and nothing else', async () => {
    const before = await show('wide');
    workspace.study('tiny', study('repeats: 3'));
    workspace.write(
      'pipelines/tiny/sources.csv',
      'experiment,run,rows,metric,value,unit,line,note,answer\n' +
        'wide,1,test80,accuracy,0.8765,fraction,7,,\nwide,2,train240,epoch1_loss,0.4321,,8,,\n',
    );
    const { stages } = JSON.parse((await workspace.layerwise(['explain', 'tiny:wide', '--json'])).output) as {
      stages: { role: string; seed?: number; state: string; reasons: object[] }[];
    };
    const foreseen = stages.filter(({ state }) => state !== 'current');
    expect(foreseen.filter(({ role }) => role === 'train')).toMatchObject(
      [8, 9].map((seed) => ({ role: 'train', seed, state: 'runs', reasons: [{ reason: 'seed', old: 7, new: seed }] })),
    );
    expect(foreseen.filter(({ role }) => role !== 'train').map(({ role }) => role)).toEqual(['classes', 'report']);
    const { code, output, ran } = await workspace.nx(['run', 'tiny:wide']);
    expect(code, output).toBe(0);
    expect(ran, output).toEqual(['classes', 'report']);
    expect(output).toContain('2 of 2 trainings from other seeds ran');
    expect(output).toMatch(/accuracy {3}test \d+\.\d+% ± \d/);
    expect(output).toContain(
      'seeds      3 (7 to 9), mean ± standard deviation and range above; the report shows the net of the first: ' +
        `test ${(before.test.accuracy * 100).toFixed(2)}%`,
    );
    const after = await show('wide');
    expect([after.test, after.validation]).toEqual([before.test, before.validation]);
    const accuracies = after.seeds.runs.map(({ test }) => test.accuracy);
    expect(after.seeds.runs.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    expect(accuracies[0]).toBe(before.test.accuracy);
    expect(after.seeds.test.mean).toBeCloseTo(accuracies.reduce((sum, value) => sum + value, 0) / 3, 12);
    expect([after.seeds.test.lowest, after.seeds.test.highest]).toEqual([
      Math.min(...accuracies),
      Math.max(...accuracies),
    ]);
    expect(new Set(after.seeds.runs.map(({ test }) => test.loss)).size).toBe(3);
    const page = workspace.read('artifacts/tiny/wide/report/index.html');
    expect(page).toContain('Over 3 seeds (7 to 9) test accuracy is');
    const bold = `${(after.seeds.test.mean * 100).toFixed(2)}`;
    expect(output).toContain(`accuracy   test ${bold}% ± `);
    expect(page.indexOf('Over 3 seeds')).toBeLessThan(page.indexOf('class="tiles"'));
    expect(page).toMatch(new RegExp(`<b>${bold} ± [\\d.]+%</b>`));
    expect(page).toContain(
      "The source's epochs on these curves</h3><p>Run 2 of the source prints 1 epoch of this net.",
    );
    const [first, lowest, highest] = [after.test.accuracy, after.seeds.test.lowest, after.seeds.test.highest];
    expect(workspace.read('artifacts/tiny/report/index.html')).toContain(
      `<td data-source="2">0.8765</td><td data-ours="2">${first.toFixed(4)}<small>3 seeds: ${lowest.toFixed(4)} to ${highest.toFixed(4)}</small></td>`,
    );
    for (const { mean, deviation } of Object.values(after.seeds.loss))
      expect(page).toContain(`${mean.toFixed(4)} ± ${deviation.toFixed(4)}`);
  }, 240_000);

  it('the study tests differences over common seeds; compare says the same, and of the images, in words and on a page', async () => {
    const { code, output } = await workspace.nx(['run', 'tiny:all']);
    expect(code, output).toBe(0);
    expect(output).toMatch(
      /Over the 3 common seeds \(7 to 9\) .*test accuracy minus .* paired t-test t\(2\) = .*; exact sign-flip test p = .* \(3 seeds cannot give less than 0\.25\)/,
    );
    expect(workspace.read('artifacts/tiny/report/index.html')).toContain('exact sign-flip test');
    expect(workspace.read('artifacts/tiny/report/figures/accuracy-against-size.svg')).toContain(
      'xmlns="http://www.w3.org/2000/svg"',
    );
    const figure = await decodeParquet(
      readFileSync(join(workspace.root, 'artifacts/tiny/report/figures/accuracy-against-size.parquet')),
    );
    expect([...(figure['experiment']?.values as string[])].sort()).toEqual([
      'small',
      'small',
      'small',
      'wide',
      'wide',
      'wide',
    ]);
    expect([...(figure['seed']?.values as ArrayLike<number> as number[])]).toEqual([7, 8, 9, 7, 8, 9]);
    const [small, wide] = [await show('small'), await show('wide')];
    const { differences, report } = await compare('tiny:small', 'tiny:wide');
    const sign = differences[0]?.other === 'tiny:wide' ? 1 : -1;
    expect(differences[0]?.seeds?.mean).toBeCloseTo(sign * (wide.seeds.test.mean - small.seeds.test.mean), 12);
    expect(report).toBe('artifacts/compare/tiny.small+tiny.wide/index.html');
    const said = await workspace.layerwise(['compare', 'tiny:small', 'tiny:wide']);
    expect(said).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /On the same 80 test images, by the nets of the first seed, .* McNemar's exact test p/,
      ) as string,
    });
    const page = workspace.read(report);
    expect(page).toContain('McNemar&#39;s exact test');
    for (const name of ['small', 'wide']) expect(page).toContain(`href="../../tiny/${name}/report/index.html"`);
  }, 240_000);

  it('warns where validation images differ, on which the recommendation rests', async () => {
    workspace.study('apart', study('').replace('name: tiny', 'name: apart').replace('first: 60', 'lastFraction: 0.2'));
    const { code, output } = await workspace.nx(['run', 'apart:small']);
    expect(code, output).toBe(0);
    const said = (await workspace.layerwise(['compare', 'tiny:small', 'apart:small'])).output;
    expect(said).toMatch(/warning +(tiny|apart):small: not validated on the same images as (tiny|apart):small/);
    expect((await workspace.layerwise(['compare', 'tiny:small', 'tiny:wide'])).output).not.toContain(
      'not validated on the same images',
    );
  }, 240_000);

  it('refuses to compare one experiment, or one that is not there', async () => {
    expect(await workspace.layerwise(['compare', 'tiny:small', 'tiny:small'])).toMatchObject({
      code: 2,
      output: expect.stringContaining('at least two different experiments') as string,
    });
    expect(await workspace.layerwise(['compare', 'tiny:small', 'tiny:wied'])).toMatchObject({
      code: 2,
      output: expect.stringContaining("did you mean 'wide'?") as string,
    });
  });

  it('a figure outside what the study expects: the run fails, naming it, after the report is written', async () => {
    const page = join(workspace.root, 'artifacts/tiny/wide/report/index.html');
    workspace.study(
      'tiny',
      study('repeats: 3', ', title: A bold promise, expect: { test.accuracy: [0.99999, 1], test.loss: [0, 100] }'),
    );
    const { code, output } = await workspace.nx(['run', 'tiny:wide']);
    const { accuracy } = (await show('wide')).test;
    expect(code).not.toBe(0);
    expect(output).toContain(
      `tiny:wide: test.accuracy must be in [0.99999, 1], got ${accuracy.toFixed(4)} (expect in pipelines/tiny/study.yaml)`,
    );
    expect(output).not.toContain('test.loss must be');
    expect(existsSync(page)).toBe(true);
    expect(workspace.read('artifacts/tiny/wide/report/index.html')).toContain('A bold promise');
    for (const file of [page, join(workspace.root, 'artifacts/tiny/report/index.html')])
      expect(readFileSync(file, 'utf8')).toContain(`test.accuracy must be in [0.99999, 1], got ${accuracy.toFixed(4)}`);
    const all = await workspace.nx(['run', 'tiny:all']);
    expect(all.code).not.toBe(0);
    expect(all.output).toMatch(/^ {2}experiment +net .*\n {2}small .*\n {2}wide /m);
    expect(all.output.match(/test\.accuracy must be in \[0\.99999, 1\]/g)).toHaveLength(1);
    workspace.study('tiny', study('repeats: 3', ', title: A bold promise, expect: { test.accuracy: [0, 1] }'));
    expect((await workspace.nx(['run', 'tiny:wide'])).code).toBe(0);
    expect(readFileSync(page, 'utf8')).not.toContain('Not what the study expects');
  }, 240_000);
});
