import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LayerwiseError } from '@layerwise/contracts';
import type * as Selection from '@layerwise/workspace/plan/selection';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as NxArguments from '../packages/cli/dist/nx-arguments.js';
import { brief, Workspace } from './workspace/workspace.js';

const study = (name: string, first: number): string =>
  `name: ${name}
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 100 } }
preprocess: { validation: { first: ${first} } }
${brief}experiments:
  small: { train: { hidden: [{ units: 4 }], epochs: 1 } }
  large: { train: { hidden: [{ units: 5 }], epochs: 1 } }
`;

let workspace: Workspace;
beforeAll(() => {
  workspace = Workspace.create('layerwise-words');
  workspace.study('mine', study('mine', 60));
  workspace.study('bad', study('bad', 5000));
});
afterAll(() => workspace.remove());

const computed = (): readonly string[] => {
  try {
    return readdirSync(join(workspace.root, 'artifacts/stages'));
  } catch {
    return [];
  }
};

/** Folders in which stages tell how far they are, of runs that are over. */
const leftOfRuns = (): readonly string[] => {
  const folder = join(workspace.root, 'artifacts/.runs');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.live')) : [];
};

/** Command lines of Nx that are refused, and what is said of them. */
const refused: readonly [words: string[], said: string][] = [
  [['run', 'mine:small', '--epochs=5'], `'--epochs=5'`],
  [['run', 'mine:small', '--epochs', '5'], `'--epochs'`],
  [['run', 'mine:small', '--', '--epochs=5'], `'--epochs=5'`],
  [['run', 'mine:all', '--force'], `'--force'`],
  [['run', 'mine:small', '--set', 'train.epochs=5'], `'--set'`],
  [['run', 'mine:small', 'epochs=5'], `'epochs=5' beside it`],
  [['run', 'mine:small', 'mine:large'], `'mine:large' beside it`],
  [['run', 'mine:small', '--paralel=2'], "'--paralel=2'; did you mean '--parallel'?"],
  [['run', 'mine:small', '--dry-rum'], "did you mean '--dry-run'?"],
  [['small', 'mine', '--epochs=5'], `'--epochs=5'`],
  [['mine:small', '--epochs=5'], `'--epochs=5'`],
  [['run-many', '-t', 'small', '-p', 'mine', '--epochs=5'], `'--epochs=5'`],
  [['run-many', '-p', 'mine', '-t', 'small', 'large', '--epochs=5'], `'--epochs=5'`],
  [['run-many', '-t', 'small', '--epochs=5'], `'--epochs=5'`],
  [['affected', '-t', 'small', '--epochs=5', '--files=pipelines/mine/study.yaml'], `'--epochs=5'`],
  [['run', 'mine:small', '--skip-nx-cache'], 'is not computed again'],
  [['run', 'mine:small', '--disableNxCache'], 'is not computed again'],
  [['run', 'mine:small', '--skip-nx-cahce'], "got '--skip-nx-cahce': a stage whose artifact is whole"],
  [['run', 'mine:small', '--disable-nx-cach'], 'is not computed again'],
  [['run', 'mine:smal'], "no experiment 'smal' of study 'mine'; did you mean 'small'?"],
  [['run', 'mine:smal', '--parallel=1'], "no experiment 'smal' of study 'mine'; did you mean 'small'?"],
  [['smal', 'mine'], "did you mean 'small'?"],
  [['mine:smal'], "did you mean 'small'?"],
  [['run', 'mine:al'], "did you mean 'all'?"],
  [['run', 'mine:exp1'], 'there are small, large, all'],
  [['run', 'mine'], "a run must be of one experiment or of 'all', got 'mine' alone"],
];
/** One of each form of them. */
const forms = [
  'run mine:small --epochs=5',
  'small mine --epochs=5',
  'run-many -t small --epochs=5',
  'run mine:small --skip-nx-cache',
  'run mine',
  'affected',
];

describe('the words of a run', () => {
  it.each(refused.filter(([words]) => forms.includes(words.join(' ')) || forms.includes(words[0] as string)))(
    'nx %j are refused before anything runs',
    async (words, said) => {
      const { code, output } = await workspace.nx(words);
      expect(code, output).toBe(1);
      expect(output).toContain(said);
      expect(output).not.toMatch(/stacktrace|did you mean '--(skip|disable)-nx-cache/);
      expect(computed()).toEqual([]);
      expect(leftOfRuns()).toEqual([]);
    },
  );

  /** What the plugin does with them before the tasks. */
  it('of Nx, in every form, are refused', async () => {
    const { checkArguments } = await workspace.load<typeof NxArguments>('cli/dist/nx-arguments.js');
    const { planAll } = await workspace.load<typeof Selection>('workspace/dist/plan/selection.js');
    const { studies } = await planAll(workspace.root);
    for (const [words, said] of refused) {
      const met = await checkArguments(workspace.root, words, studies).then(
        () => 'nothing is refused',
        (error: LayerwiseError) => error.describe(),
      );
      expect(met, words.join(' ')).toContain(said);
      expect(met).not.toMatch(/did you mean '--(skip|disable)-nx-cache/);
    }
  });

  it('and a run whose tasks Nx cannot order, leave no folder of their progress', async () => {
    const { code, output } = await workspace.nx(['run', 'layerwise:nothing']);
    expect(code, output).toBe(1);
    expect(output).toContain('layerwise:nothing');
    expect(leftOfRuns()).toEqual([]);
  });

  it.each([
    [['run', 'mine:small', '--epochs=5'], `'--epochs=5'`, 2],
    [['run', 'mine', '--paralel=2'], "did you mean '--parallel'?", 2],
    [['run', 'mine:small', '--skip-nx-cache'], 'is not computed again', 2],
    [['run', 'mine:small', 'mine:large'], 'beside it', 2],
    [['list', '--stges'], "did you mean '--stages'?", 2],
    [['show', 'mine:small', '--jsn'], "did you mean '--json'?", 2],
    [['gc', '--resluts'], "did you mean '--results'?", 2],
    [['explain', 'mine:small', '--epochs=5'], 'Unknown argument: epochs', 2],
  ])('layerwise %j are refused before anything runs', async (words, said, exit) => {
    const { code, output } = await workspace.call(words);
    expect(code, output).toBe(exit);
    expect(output).toContain(said);
    expect(computed()).toEqual([]);
  });

  it.each(['nx', 'layerwise'] as const)('--dry-run of %s is explain', async (command) => {
    const explained = await workspace.call(['explain', 'mine:small']);
    for (const words of [
      ['run', 'mine:small', '--dry-run'],
      ...(command === 'nx' ? [['small', 'mine', '--dryRun']] : []),
    ]) {
      const { code, output } = await workspace[command](words);
      expect(code, output).toBe(0);
      expect(output.trim()).toBe(explained.output.trim());
    }
    const all = await workspace[command](['run', command === 'nx' ? 'mine:all' : 'mine', '--dry-run']);
    expect(all.output.trim()).toBe((await workspace.call(['explain', 'mine'])).output.trim());
    expect(computed()).toEqual([]);
  });

  it('that Nx knows are taken', async () => {
    const { code, output } = await workspace.nx([
      'run',
      'mine:small',
      '--parallel',
      '1',
      '--output-style=stream',
      '--verbose',
    ]);
    expect(code, output).toBe(0);
    expect(output).toContain('mine:small  small');
  });
});

describe('a stage that fails', () => {
  const message = 'preprocess.validation.first must be at most the 300 training rows, got 5000';

  it.each([
    ['nx', ['run', 'bad:small']],
    ['nx', ['run-many', '-t', 'small', '-p', 'bad']],
    ['nx', ['run', 'bad:all']],
    ['layerwise', ['run', 'bad:small']],
  ] as const)('ends a run of %s %j with 1, its error last', async (command, words) => {
    const { code, output } = await workspace[command](words);
    expect(code, output).toBe(1);
    const last = output.trim().split('\n').slice(-6).join('\n');
    expect(last).toMatch(new RegExp(`preprocess of bad:(small|large) failed: ${message}`));
    expect(last).not.toMatch(/nx-bail|:compute/);
  });

  it('leaves what another study has come to as it is', async () => {
    const { code, output } = await workspace.nx(['run-many', '-t', 'small', '-p', 'bad', 'mine']);
    expect(code, output).toBe(1);
    expect(output).toContain('mine:small  small');
    expect(output.trim().split('\n').slice(-6).join('\n')).toContain(message);
  });

  it('is told by its last lines where it ended without a word of its own', async () => {
    workspace.edit(
      'packages/preprocess/src/stage.ts',
      'export const stage',
      "process.on('exit', () => { if (process.argv.includes('stage')) { console.error('a crash'); process.exitCode = 3; } });\nexport const stage",
    );
    workspace.study('mine', study('mine', 61));
    const { code, output } = await workspace.nx(['run', 'mine:small']);
    expect(code, output).toBe(1);
    expect(output.trim().split('\n').slice(-8).join('\n')).toMatch(/preprocess of mine:small failed:[^]*a crash/);
  });
});
