import childProcess from 'node:child_process';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import threads from 'node:worker_threads';

/** Something that code took or did outside of what it was given. */
export interface Touch {
  readonly what: 'variable' | 'read' | 'look' | 'write' | 'program';
  /** Of the variable; absolute path of the file; of the program. */
  readonly name: string;
  /** Files of the code that did it, the nearest first; installed packages and this one left out. */
  readonly by: readonly string[];
}

type Listener = (touch: Touch) => void;
type Functions = Record<string, unknown>;

const listeners = new Set<Listener>();
let restore: (() => void) | undefined;

/**
 * Watches this process: environment variables, files and programs that code other than installed packages uses; of threads
 * that are started meanwhile too, where `log` names a file to which they may add lines.
 * @returns ends it
 */
export function observe(listener: Listener, log?: string): () => void {
  listeners.add(listener);
  restore ??= install(log);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    restore?.();
    restore = undefined;
  };
}

const looks = [
  'access',
  'exists',
  'stat',
  'lstat',
  'statfs',
  'readdir',
  'opendir',
  'realpath',
  'glob',
  'watch',
  'watchFile',
];
const reads = ['readFile', 'open', 'openAsBlob', 'createReadStream', 'readlink', 'copyFile', 'cp'];
const writes = [
  'writeFile',
  'appendFile',
  'createWriteStream',
  'mkdir',
  'mkdtemp',
  'rename',
  'rm',
  'rmdir',
  'unlink',
  'link',
  'symlink',
  'truncate',
  'utimes',
  'lutimes',
  'chmod',
  'chown',
  'lchown',
];
const programs = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];

function install(log: string | undefined): () => void {
  const undo = [
    ...Object.entries({ look: looks, read: reads, write: writes } as const).flatMap(([what, names]) =>
      [fs, fs.promises].flatMap((from) =>
        [...names, ...names.map((name) => `${name}Sync`)].map((name) =>
          wrap(from as unknown as Functions, name, what as Touch['what']),
        ),
      ),
    ),
    ...programs.map((name) => wrap(childProcess as unknown as Functions, name, 'program')),
    ...(log === undefined ? [] : [watchThreads(log)]),
    watchEnvironment(),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const back of undo) back();
    syncBuiltinESMExports();
  };
}

function wrap(from: Functions, name: string, what: Touch['what']): () => void {
  const real = from[name];
  if (typeof real !== 'function') return () => undefined;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const path = what === 'program' ? String(args[0]) : pathOf(args[0]);
    if (path !== undefined) record(what, path);
    return Reflect.apply(real, this, args);
  };
  from[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(real));
  return () => void (from[name] = real);
}

/** A number is a file that is open already, which was told of then. */
function pathOf(given: unknown): string | undefined {
  if (given instanceof URL) return given.protocol === 'file:' ? fileURLToPath(given) : undefined;
  return typeof given === 'string' || given instanceof Uint8Array ? String(given) : undefined;
}

function watchEnvironment(): () => void {
  const real = process.env;
  process.env = new Proxy(real, {
    get: (target, name) => (typeof name === 'string' && record('variable', name), Reflect.get(target, name)),
    has: (target, name) => (typeof name === 'string' && record('variable', name), Reflect.has(target, name)),
    ownKeys: (target) => (record('variable', '*'), Reflect.ownKeys(target)),
  });
  return () => void (process.env = real);
}

/** Name of the variable by which a thread learns where to tell. */
export const logVariable = 'LAYERWISE_OBSERVED';

function watchThreads(log: string): () => void {
  const [real, env] = [threads.Worker, process.env];
  const entry = createRequire(import.meta.url).resolve('@layerwise/conformance/observed-thread');
  threads.Worker = new Proxy(real, {
    construct(target, [file, options = {}]: [string | URL, threads.WorkerOptions?]) {
      const given = typeof options.env === 'object' ? options.env : env;
      const more = {
        ...options,
        env: { ...given, [logVariable]: log },
        execArgv: [...(options.execArgv ?? []), '--import', entry],
      };
      return new target(file, more);
    },
  });
  return () => void (threads.Worker = real);
}

const own = fileURLToPath(new URL('..', import.meta.url));
const frame = /\(?((?:file:\/\/|node:|\/|[A-Za-z]:[\\/])[^()]*?):\d+:\d+\)?$/;
const deep = 60;

/** Whoever maps stacks to sources reads files for it. */
let telling = false;

/**
 * Tells of what the stage's own code does, directly or through an installed package; what such a package reads of the environment, or
 * when it is loaded, is its own.
 */
function record(what: Touch['what'], name: string): void {
  if (telling) return;
  telling = true;
  const stack = callers();
  telling = false;
  const [nearest = 'node:'] = stack;
  if (nearest.startsWith('node:') || (isInstalled(nearest) && (what === 'variable' || isLoading(stack)))) return;
  const by = stack.filter((file) => !file.startsWith('node:') && !isInstalled(file));
  if (by.length > 0) for (const listener of listeners) listener({ what, name, by });
}

/** Whether an installed package is being loaded, which may ask what machine it is on. */
function isLoading(stack: readonly string[]): boolean {
  const first = stack.findIndex((file) => !file.startsWith('node:') && !isInstalled(file));
  return stack.slice(0, first < 0 ? stack.length : first).some((file) => file.startsWith('node:internal/modules/'));
}

function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file);
}

/** Files on the stack, the nearest first, this package's own left out. */
function callers(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = deep;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  const files = stack
    .split('\n')
    .map((line) => frame.exec(line.trim())?.[1])
    .filter((file) => file !== undefined);
  return files
    .map((file) => (file.startsWith('file:') ? fileURLToPath(file) : file))
    .filter((file) => !['dist', 'src'].some((part) => file.startsWith(`${own}${part}`)));
}
