import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import {
  checkedRole,
  exampleOf,
  Refusal,
  stageFiles,
  stageRoles,
  studyFiles,
  type Existing,
  type FileSet,
} from '@layerwise/scaffold';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';

type Kind = 'study' | 'stage';

const usualRole = 'reduce';

/**
 * `layerwise new study|stage <name>`: writes its files.
 * @param role of a stage, `reduce` if it is left out
 * @throws LayerwiseError USAGE if it may not be called so, is there already, has no such role, or is a study and has one
 */
export function newCommand(kind: Kind, name: string, role?: string): void {
  if (kind === 'study' && role !== undefined)
    throw new LayerwiseError('USAGE', `a study has no role, got --role ${role}`, {
      remedy: 'layerwise new study <name>',
    });
  const root = findRoot();
  const files = filesOf(root, kind, name, role ?? usualRole);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  print([...files.keys(), '', ...nextSteps[kind](name, role ?? usualRole)].join('\n'));
}

function filesOf(root: string, kind: Kind, name: string, role: string): FileSet {
  const existing: Existing = (path) =>
    existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  try {
    return kind === 'study' ? studyFiles(name, existing) : stageFiles({ name, role, version }, existing);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new LayerwiseError('USAGE', error.message, {
      remedy: `layerwise new ${kind} <name>${kind === 'stage' ? ' [--role <role>]' : ''}`,
    });
  }
}

const nextSteps: Readonly<Record<Kind, (name: string, role: string) => readonly string[]>> = {
  study: (name) => [`npx nx run ${name}:exp1 runs its first experiment.`],
  stage: (name, role) => [
    `Install it: npm install, where package.json has "workspaces": ["packages/*"]; else npm install --save-dev ./packages/${name}`,
    `Try it: npm test --prefix packages/${name}`,
    `Use it, in a study: ${exampleOf(checkedRole(role), name)}`,
  ],
};

/** `layerwise new` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('kind', { choices: ['study', 'stage'] as const, demandOption: true, describe: 'What to write' })
      .positional('name', { type: 'string', demandOption: true, describe: 'Small letters, digits and -' })
      .option('role', {
        type: 'string',
        describe: `Of a stage: ${Object.keys(stageRoles).join(', ')}; ${usualRole} if left out`,
      })
      .example('$0 new study letters', '')
      .example('$0 new stage reduce-first', '')
      .example('$0 new stage my-net --role train', ''),
  handler: ({ kind, name, role }) => Promise.resolve(newCommand(kind, name, role)),
});
