// How each package manager is asked for what the trials do.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './registry.mjs';

const sources = { pnpm: 'pnpm@10.34.9', yarn: '@yarnpkg/cli-dist@4.18.1' };

/** What a manager is asked, by its name: commands and their arguments. */
const asked = {
  npm: {
    create: (args) => ['npm', ['create', '--yes', 'layerwise@latest', ...args]],
    install: ['npm', ['install']],
    add: (names) => ['npm', ['install', '--save-dev', ...names]],
    exec: (args) => ['npx', args],
  },
  pnpm: {
    create: (args) => ['pnpm', ['create', 'layerwise@latest', ...args]],
    install: ['pnpm', ['install']],
    add: (names) => ['pnpm', ['add', '--save-dev', '--workspace-root', ...names]],
    exec: (args) => ['pnpm', ['exec', ...args]],
  },
  yarn: {
    create: (args) => ['yarn', ['dlx', '-q', 'create-layerwise@latest', ...args]],
    install: ['yarn', ['install']],
    add: (names) => ['yarn', ['add', '--dev', ...names]],
    exec: (args) => ['yarn', ['exec', ...args]],
  },
};

/** A package manager; pnpm and yarn are installed into `work` first. @returns what it is asked, and the environment in which it is found */
export function managerOf(name, work, env) {
  if (!(name in asked)) throw new Error(`--manager must be one of ${Object.keys(asked).join(', ')}, got '${name}'`);
  const bin = join(work, 'manager/node_modules/.bin');
  if (name in sources && !existsSync(bin))
    run('npm', ['install', '--silent', '--prefix', join(work, 'manager'), sources[name]], { cwd: work, env });
  return { name, ...asked[name], env: { ...env, PATH: `${bin}${delimiter}${process.env.PATH}` } };
}
