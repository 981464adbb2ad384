import fs from 'node:fs';
import nodeModule, { syncBuiltinESMExports } from 'node:module';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

type Functions = Record<string, unknown>;
type Resolver = (...args: unknown[]) => unknown;

/** Functions of `node:fs`, and of its promises, that open a file to read it; those without `Sync` and with it. */
const readers = ['readFile', 'open', 'openAsBlob', 'createReadStream', 'copyFile', 'cp'];

let note: ((given: unknown) => void) | undefined;
let isInstalled = false;

/**
 * The files of the workspace that this thread opens or loads while it is watched, what is installed in `node_modules` left out: by `node:fs`,
 * `import` and `require`, whoever calls them. Other threads and programs are not seen, nor is a file that is not there.
 */
export class OpenedFiles {
  private readonly opened = new Set<string>();
  private readonly roots: readonly string[];

  /** @param root absolute path of the workspace */
  constructor(root: string) {
    this.roots = [...new Set([root, fs.realpathSync.native(root)])];
  }

  /** Watches while `work` is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    install();
    note = (given) => {
      const path = pathOf(given);
      if (path !== undefined) this.opened.add(path);
    };
    try {
      return await work();
    } finally {
      note = undefined;
    }
  }

  /** The first of the files that is none of those, without links in its path. @param isGiven gets absolute paths, with links and without */
  firstOther(isGiven: (path: string) => boolean): string | undefined {
    for (const path of this.opened) {
      if (isGiven(path)) continue;
      const real = realFile(path);
      const counts = real !== undefined && !isOfPackages(real) && [path, real].some((one) => this.isOfWorkspace(one));
      if (counts && !isGiven(real)) return real;
    }
    return undefined;
  }

  private isOfWorkspace(path: string): boolean {
    return this.roots.some((root) => path.startsWith(`${root}${sep}`) && !isOfPackages(relative(root, path)));
  }
}

function isOfPackages(path: string): boolean {
  return path.split(sep).includes('node_modules');
}

/** A number is a file that is open already; what is no address of a file is none. */
function pathOf(given: unknown): string | undefined {
  const text = given instanceof URL || given instanceof Uint8Array ? String(given) : given;
  if (typeof text !== 'string') return undefined;
  try {
    return text.startsWith('file:') ? fileURLToPath(text.replace(/[?#].*$/, '')) : resolve(text);
  } catch {
    return undefined;
  }
}

function realFile(path: string): string | undefined {
  try {
    const real = fs.realpathSync.native(path);
    return fs.statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** Once in a process; what is wrapped costs nothing while nothing is watched. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  for (const from of [fs, fs.promises] as unknown as Functions[])
    for (const name of [...readers, ...readers.map((one) => `${one}Sync`)]) wrap(from, name, (args) => note?.(args[0]));
  // What require, and an import of CommonJS, leads to, in every version of Node.js.
  wrap(nodeModule as unknown as Functions, '_resolveFilename', (_args, found) => note?.(found));
  const { registerHooks } = nodeModule as unknown as { registerHooks?: (hooks: { resolve: Resolver }) => void };
  // Before there were such hooks, modules were read by the functions above.
  registerHooks?.({
    resolve: (specifier, context, next) => {
      const found = (next as Resolver)(specifier, context) as { readonly url: string };
      note?.(found.url);
      return found;
    },
  });
  syncBuiltinESMExports();
}

function wrap(from: Functions, name: string, onCall: (args: readonly unknown[], result: unknown) => void): void {
  const real = from[name];
  if (typeof real !== 'function') return;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const result: unknown = Reflect.apply(real, this, args);
    onCall(args, result);
    return result;
  };
  from[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(real));
}
