import { readFileSync } from 'node:fs';
import { newFiles, Refusal, type Existing, type FileSet } from './file-set.js';
import { checkedName } from './name.js';
import { stageRoles, startOf, trialOf, type StageRole } from './stage-role.js';

/** What is asked of a new stage. */
export interface StageWish {
  readonly name: string;
  /** Of {@link stageRoles}. */
  readonly role: string;
  /** Version of Layerwise, such as `0.1.0`. */
  readonly version: string;
}

/**
 * A package with a stage that passes conformance and runs in a study: plain JavaScript, so that nothing has to be compiled. For `reduce` it is
 * a whole reduction; for any other role it calls the default stage.
 * @throws Refusal if it may not be called so, is there already, or there is no such role
 */
export function stageFiles({ name, role, version }: StageWish, existing: Existing): FileSet {
  checkedName('stage', name);
  const known = checkedRole(role);
  const { uses } = startOf(known);
  const code = readFileSync(
    new URL(`../templates/${uses === undefined ? 'reduction' : 'variation'}/index.js`, import.meta.url),
    'utf8',
  );
  const files = {
    'package.json': packageOf(name, version, uses),
    'index.js': code.replaceAll('new-stage', name).replaceAll('@layerwise/default-stage', uses ?? ''),
    'index.test.js': trialOf(known),
  };
  return newFiles(new Map(Object.entries(files).map(([file, text]) => [`packages/${name}/${file}`, text])), existing);
}

/** @throws Refusal if there is none of that name */
export function checkedRole(role: string): StageRole {
  if (Object.hasOwn(stageRoles, role)) return role as StageRole;
  throw new Refusal(`the role of a stage must be one of ${Object.keys(stageRoles).join(', ')}, got '${role}'`);
}

function packageOf(name: string, version: string, uses: string | undefined): string {
  const text = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    exports: './index.js',
    scripts: { test: 'node --test' },
    dependencies: { '@layerwise/contracts': `^${version}`, ...(uses === undefined ? {} : { [uses]: `^${version}` }) },
    devDependencies: { '@layerwise/conformance': `^${version}` },
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}
