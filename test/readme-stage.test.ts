import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Conformance from '@layerwise/conformance';
import type { Sizes } from '@layerwise/conformance';
import type { AnyStage } from '@layerwise/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository, runNode } from './workspace/folder.mjs';
import { small, Workspace } from './workspace/workspace.js';

/** The first block of TypeScript in README.md, as it stands there. */
const example = /```ts\n([^]*?)```/.exec(readFileSync(join(repository, 'README.md'), 'utf8'))?.[1] as string;
const study = (topK: number): string =>
  `name: mine
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 100 } }
preprocess: { validation: { first: 60 } }
reduce: { uses: '@layerwise/reduce-first', topK: ${topK} }
${small}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
`;

let workspace: Workspace;

/** Makes the package from a source and compiles it, with its types checked as those of the repository are. */
async function make(source: string, ...options: string[]): Promise<void> {
  workspace.write('packages/reduce-first/src/index.ts', source);
  const { code, output } = await runNode(workspace.root, [
    join(workspace.root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'packages/reduce-first',
    ...options,
  ]);
  expect(code, output).toBe(0);
}

/** A package of the workspace; the repository's own has another LayerwiseError. */
async function load<T>(name: string): Promise<T> {
  return (await import(
    /* @vite-ignore */ pathToFileURL(join(workspace.root, 'packages', name, 'dist/index.js')).href
  )) as T;
}

beforeAll(async () => {
  workspace = Workspace.create('layerwise-readme');
  workspace.write(
    'packages/reduce-first/package.json',
    JSON.stringify({
      name: '@layerwise/reduce-first',
      version: '0.1.0',
      type: 'module',
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      dependencies: { '@layerwise/contracts': '0.1.0' },
    }),
  );
  workspace.write(
    'packages/reduce-first/tsconfig.json',
    workspace.read('packages/reduce-pca/tsconfig.json').replace('reduce-pca.tsbuildinfo', 'reduce-first.tsbuildinfo'),
  );
  symlinkSync(
    join(workspace.root, 'packages/reduce-first'),
    join(workspace.root, 'node_modules/@layerwise/reduce-first'),
  );
  workspace.study('mine', study(300));
});
afterAll(() => workspace.remove());

describe("README's example of a stage", () => {
  it('compiles, passes conformance, and takes an experiment to its report', async () => {
    await make(example);
    const { stage } = await load<{ stage: AnyStage }>('reduce-first');
    const { conformance, sampleFeatures } = await load<typeof Conformance>('conformance');
    const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes) });
    for (const { name, run } of conformance(stage, { params: { topK: 12 }, inputs }))
      await expect(
        run().then(() => name),
        name,
      ).resolves.toBe(name);
    const { code, output } = await workspace.nx(['run', 'mine:one']);
    expect(code, output).toBe(0);
    expect(output).toContain('net        300-4-10');
    expect(workspace.read('artifacts/mine/one/report/index.html').length).toBeGreaterThan(100_000);
  });

  it.each([
    [
      'only features.json',
      (text: string) => text.replace(/ *await output\.matrix\(.*\n/, ''),
      ['train.arrow is missing'],
    ],
    [
      'features.json of other features',
      (text: string) => text.replace('selectedInfo(info, first)', '{ ...info, columns: first.length }'),
      ["features.json: origin must be 'selected'", 'with 300 columns of 784 pixels'],
    ],
    [
      'another number of columns',
      (text: string) => text.replace('selectedInfo(info, first)', '{ ...info, columns: 3 }'),
      ['train.arrow column features is 300 wide, must be 3 (features.json: columns)'],
    ],
  ])('is blamed itself where it writes %s', async (_what, spoil, said) => {
    expect(spoil(example)).not.toBe(example);
    await make(spoil(example), '--noUnusedLocals', 'false');
    const { code, output } = await workspace.nx(['run', 'mine:one']);
    expect(code, output).toBe(1);
    const last = output.trim().split('\n').slice(-10).join('\n');
    expect(last).toContain(
      'reduce of mine:one failed: stage reduce-first of @layerwise/reduce-first must write what an artifact of kind features has, but:',
    );
    for (const words of said) expect(last).toContain(words);
    expect(output).not.toContain('defect of Layerwise');
  });
});
