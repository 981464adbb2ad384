/**
 * A second workspace in bench/.work: the same compiled packages and studies, its own artifacts and
 * caches, so that a cold run can be timed without touching what the user has computed.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { work } from './data.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const copied = [
  '.env',
  '.tsbuild',
  'LICENSE',
  'artifacts/README.md',
  'nx.json',
  'package-lock.json',
  'package.json',
  'packages',
  'pipelines',
  'tsconfig.base.json',
  'tsconfig.json',
];

/** Links the installed packages one by one; those of this repository to their copies. */
function linkModules(target) {
  const modules = join(root, 'node_modules');
  mkdirSync(join(target, 'node_modules'));
  for (const name of readdirSync(modules))
    if (name !== '@layerwise') symlinkSync(realpathSync(join(modules, name)), join(target, 'node_modules', name));
  mkdirSync(join(target, 'node_modules/@layerwise'));
  for (const name of readdirSync(join(target, 'packages'))) {
    symlinkSync(join('../../packages', name), join(target, 'node_modules/@layerwise', name));
    const own = join('packages', name, 'node_modules');
    if (existsSync(join(root, own))) symlinkSync(join(root, own), join(target, own));
  }
}

/**
 * Runs a command to its end.
 * @returns {{ seconds: number, cpuSeconds: number, output: string }} processor seconds with those of all its children
 * @throws Error with what it printed if it fails
 */
export function timedCommand([command, ...args], { cwd, env }) {
  // `times` of the shell: its own seconds on the first line, its children's on the second, as 0m1.5s
  const shell = ['-c', '"$@"; status=$?; times >&3; exit $status', 'sh', command, ...args];
  const start = process.hrtime.bigint();
  const ran = spawnSync('/bin/sh', shell, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (ran.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} failed:\n${ran.error ?? ''}${ran.stdout}${ran.stderr}`.slice(0, 4000),
    );
  const used = ran.output[3].trim().split('\n').at(-1).split(/\s+/);
  return { seconds, cpuSeconds: used.reduce((sum, time) => sum + minutes(time), 0), output: ran.stdout };
}

/** Seconds of 1m2.5s. */
function minutes(time) {
  const [whole, rest] = time.split('m');
  return Number(whole) * 60 + Number(rest.replace('s', ''));
}

export class Workspace {
  constructor() {
    this.folder = join(work, 'workspace');
    rmSync(this.folder, { recursive: true, force: true });
    for (const name of copied) {
      const from = join(root, name);
      if (existsSync(from))
        cpSync(from, join(this.folder, name), {
          recursive: true,
          preserveTimestamps: true,
          filter: (path) => !path.includes('node_modules', root.length),
        });
    }
    if (existsSync(join(root, 'data'))) symlinkSync(join(root, 'data'), join(this.folder, 'data'));
    linkModules(this.folder);
  }

  /** Runs Nx here; see {@link timedCommand}. */
  nx(...args) {
    /** @type {NodeJS.ProcessEnv} */
    const environment = { ...process.env, FORCE_COLOR: '0' };
    if (environment.LAYERWISE_DATA_DIR) environment.LAYERWISE_DATA_DIR = resolve(environment.LAYERWISE_DATA_DIR);
    for (const name of Object.keys(environment)) if (name.startsWith('NX_')) delete environment[name];
    return timedCommand([join(this.folder, 'node_modules/.bin/nx'), ...args], { cwd: this.folder, env: environment });
  }

  /** Takes the further seeds out of the study `pipeline`: its peer trains each net once. */
  trainOnce() {
    const file = join(this.folder, 'pipelines/assignment/study.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^ +repeats: \d+\n/gm, ''));
  }

  /** Forgets every artifact and every cached task. */
  clear() {
    for (const name of readdirSync(join(this.folder, 'artifacts')))
      if (name !== 'README.md') rmSync(join(this.folder, 'artifacts', name), { recursive: true });
    for (const name of ['.nx', '.layerwise']) rmSync(join(this.folder, name), { recursive: true, force: true });
  }

  /** Manifest of every stage that was computed. */
  manifests() {
    const stages = join(this.folder, 'artifacts/stages');
    return readdirSync(stages)
      .map((id) => join(stages, id, 'manifest.json'))
      .filter(existsSync)
      .map((file) => JSON.parse(readFileSync(file, 'utf8')));
  }

  /** A finished experiment's figures, as `layerwise show --json` prints them. */
  result(experiment) {
    const ran = spawnSync(process.execPath, ['packages/cli/bin/layerwise.mjs', 'show', experiment, '--json'], {
      cwd: this.folder,
      encoding: 'utf8',
    });
    return JSON.parse(ran.stdout);
  }
}
