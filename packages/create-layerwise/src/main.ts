import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import {
  checkedName,
  execOf,
  packageNameOf,
  Refusal,
  workspaceFiles,
  type Existing,
  type FileSet,
  type PackageManager,
} from '@layerwise/scaffold';
import { managerOf, readOptions, usage, type Options } from './options.js';

const usual = { folder: 'my-digits', study: 'digits' } as const;

/** Makes a workspace, see {@link usage}. What it refuses it says before it writes anything; the exit code is then 1. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const options = readOptions(args);
    if (options.help) process.stdout.write(usage);
    else await create(options);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`create-layerwise: ${error.message}\n`);
    process.exitCode = 1;
  }
}

async function create(options: Options): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const filesIn = (at: string, study: string): FileSet => {
    refuseFile(at);
    const manager = options.manager ?? managerOf(at);
    return workspaceFiles({ name: packageNameOf(basename(at)), study, version, manager }, existingIn(at));
  };
  // Whatever can be refused already is, before the first question.
  if (options.study !== undefined) checkedName('study', options.study);
  if (options.folder !== undefined)
    filesIn(resolve(options.folder), options.study ?? freeName(resolve(options.folder)));
  const asking = !options.yes && process.stdin.isTTY && process.stdout.isTTY;
  const ask = asking ? question : (_: string, given: string): Promise<string> => Promise.resolve(given);
  const at = resolve(options.folder ?? (await ask('Folder', usual.folder)));
  const study = options.study ?? (await ask('Name of the first study', freeName(at)));
  const files = filesIn(at, study);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
  process.stdout.write(`${at}\n${[...files.keys()].map((path) => `  ${path}`).join('\n')}\n`);
  finish(at, study, options.manager ?? managerOf(at), options);
}

function refuseFile(at: string): void {
  if (existsSync(at) && !statSync(at).isDirectory())
    throw new Refusal(`the workspace must be a folder, got ${at}, which is a file`);
}

const existingIn =
  (at: string): Existing =>
  (path) =>
    existsSync(join(at, path)) ? readFileSync(join(at, path), 'utf8') : undefined;

/** A name of a study that is not taken. */
function freeName(at: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? usual.study : `${usual.study}${n}`;
    if (!existsSync(join(at, 'pipelines', name)) && packageNameOf(basename(at)) !== name) return name;
  }
}

async function question(what: string, given: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`${what} (${given}): `)).trim() || given;
  } finally {
    terminal.close();
  }
}

/** Git, the packages, the schema of studies; then what to do next. */
function finish(at: string, study: string, manager: PackageManager, { git, install }: Options): void {
  if (git && !isInRepository(at)) run(at, 'git', ['init', '--quiet'], 'ignore');
  const there = relative(process.cwd(), at);
  const enter = there === '' ? [] : [`cd ${/\s/.test(there) ? `'${there}'` : there}`];
  const installing = `${manager} install`;
  if (install && !run(at, manager, ['install'], 'inherit')) {
    const again = [...enter, installing].join(' && ');
    throw new Refusal(`the files are written, but '${installing}' failed; mend what it says, then: ${again}`);
  }
  if (install) run(at, process.execPath, ['node_modules/layerwise/bin/layerwise.mjs', 'schema'], 'ignore');
  const steps = [...enter, ...(install ? [] : [installing]), `${execOf(manager)} nx run ${study}:exp1`];
  process.stdout.write(`\nNext:\n${steps.map((step) => `  ${step}`).join('\n')}\n`);
}

function isInRepository(at: string): boolean {
  return existsSync(join(at, '.git')) || (at !== dirname(at) && isInRepository(dirname(at)));
}

/** @returns whether it went well */
function run(cwd: string, command: string, args: readonly string[], stdio: 'ignore' | 'inherit'): boolean {
  const shell = process.platform === 'win32' && command !== process.execPath;
  return spawnSync(command, args, { cwd, stdio, shell }).status === 0;
}
