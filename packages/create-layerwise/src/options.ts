import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal, type PackageManager } from '@layerwise/scaffold';

/** What stands on the command line. */
export interface Options {
  /** As it was given; undefined if it was not. */
  readonly folder?: string;
  readonly study?: string;
  readonly manager?: PackageManager;
  readonly install: boolean;
  readonly git: boolean;
  /** Whether nothing is asked. */
  readonly yes: boolean;
  readonly help: boolean;
}

/** What --help prints. */
export const usage = `npm create layerwise@latest [folder] -- [options]

Makes a workspace of Layerwise with a first study, in a new folder or an existing project; what is there stays.

  folder                 my-digits; . is this one
  --study <name>         name of the first study: digits
  --manager <name>       npm, pnpm, yarn or bun; else the one that calls
  --no-install           write files, install nothing
  --no-git               make no repository where there is none
  --yes, -y              ask nothing: what is not given is as above
  --help, -h
`;

const managers: readonly PackageManager[] = ['npm', 'pnpm', 'yarn', 'bun'];

/** @throws Refusal for what it does not know */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const { study, manager, install = true, git = true, yes = false, help = false } = values;
  const [folder, second] = positionals;
  if (second !== undefined) throw new Refusal(`one folder must be named, got '${folder}' and '${second}'`);
  if (manager !== undefined && !managers.some((one) => one === manager))
    throw new Refusal(`--manager must be one of ${managers.join(', ')}, got '${manager}'`);
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(study === undefined ? {} : { study }),
    ...(manager === undefined ? {} : { manager: manager as PackageManager }),
    ...{ install, git, yes, help },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        study: { type: 'string' },
        manager: { type: 'string' },
        install: { type: 'boolean' },
        git: { type: 'boolean' },
        yes: { type: 'boolean', short: 'y' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Refusal(`${(error as Error).message.split('. ')[0]}; --help lists the options`);
  }
}

const locks: readonly (readonly [string, PackageManager])[] = [
  ['package-lock.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
];

/** The package manager that called, by its `npm_config_user_agent`; else the one whose lock file lies in the folder; else npm. */
export function managerOf(folder: string, agent = process.env.npm_config_user_agent): PackageManager {
  const caller = /^(npm|pnpm|yarn|bun)\//.exec(agent ?? '')?.[1];
  const locked = locks.find(([file]) => existsSync(join(folder, file)))?.[1];
  return (caller as PackageManager | undefined) ?? locked ?? 'npm';
}
