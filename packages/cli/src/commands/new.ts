import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { Refusal, stageFiles, studyFiles, type Existing, type FileSet } from '@layerwise/scaffold';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';

type Kind = 'study' | 'stage';

/** `layerwise new study|stage <name>`: writes its files. @throws LayerwiseError USAGE if it may not be called so, or is there already */
export function newCommand(kind: Kind, name: string): void {
  const root = findRoot();
  const files = filesOf(root, kind, name);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  print([...files.keys(), '', ...nextSteps[kind](name)].join('\n'));
}

function filesOf(root: string, kind: Kind, name: string): FileSet {
  const existing: Existing = (path) =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  try {
    return kind === 'study' ? studyFiles(name, existing) : stageFiles(name, version, existing);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new LayerwiseError('USAGE', error.message, { remedy: `layerwise new ${kind} <name>` });
  }
}

const nextSteps: Readonly<Record<Kind, (name: string) => readonly string[]>> = {
  study: (name) => [`npx nx run ${name}:exp1 runs its first experiment.`],
  stage: (name) => [
    `Install it: npm install, where package.json has "workspaces": ["packages/*"]; else npm install --save-dev ./packages/${name}`,
    `Try it: npm test --prefix packages/${name}`,
    `Use it, in a study: reduce: { uses: '${name}', topK: 20 }`,
  ],
};

/** `layerwise new` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('kind', { choices: ['study', 'stage'] as const, demandOption: true, describe: 'What to write' })
      .positional('name', { type: 'string', demandOption: true, describe: 'Small letters, digits and -' })
      .example('$0 new study letters', '')
      .example('$0 new stage reduce-first', ''),
  handler: ({ kind, name }) => Promise.resolve(newCommand(kind, name)),
});
