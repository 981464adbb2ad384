import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { canonicalJson, LayerwiseError, sha256 } from '@layerwise/contracts';
import { parse } from 'es-module-lexer';
import { FileMemo } from './memo.js';

/** What code a stage runs: each module it reaches, and each installed package these import. */
export interface CodeFingerprint {
  /** SHA-256 over the two maps below. */
  readonly digest: string;
  /** `<package>/<path in the package>` -> SHA-256; compiled modules and the files they name by `new URL(…, import.meta.url)`. */
  readonly modules: Readonly<Record<string, string>>;
  /** Name -> version of every installed package that is imported, and of all that these depend on. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A fingerprint, and by which module each was reached first. */
export interface CodeTrace {
  readonly code: CodeFingerprint;
  /** Module -> the modules from the entry to the one that imports it; empty for an entry. */
  readonly through: (module: string) => readonly string[];
}

/** What a file of the repository says by itself, wherever it lies. */
interface Module {
  readonly sha256: string;
  /** Specifiers of its imports, those of Node.js left out. */
  readonly imports: readonly string[];
  /** Paths, from its own folder, of the files it names by `new URL(…, import.meta.url)`; with `${` in them, of all that fit. */
  readonly assets: readonly string[];
}

interface PackageJson {
  readonly version: string;
  readonly dependencies: readonly string[];
}

const workspaceScope = '@layerwise/';
/** `new URL('./wasm/pca.wasm', import.meta.url)`, also as a template: then every file that fits it counts. */
const asset = /new URL\(\s*(['"`])(\.[^'"`]+)\1\s*,\s*import\.meta\.url\s*\)/g;

/**
 * Follows the imports of a stage package from its entry, through the packages of this repository, file by file.
 * Comments do not count: they are not in the compiled modules. Of installed packages the versions count.
 * @param entries absolute paths of compiled ES modules: the stage's entry and the modules that write its artifacts
 */
export function fingerprintCode(entries: readonly string[]): CodeFingerprint {
  return new CodeTracer().trace(entries).code;
}

/** Traces code; what several stages share is looked at once. */
export class CodeTracer {
  private readonly names = new Map<string, string>();
  private readonly resolved = new Map<string, string>();
  private readonly packages = new Map<string, string | undefined>();

  constructor(private readonly memo: FileMemo = new FileMemo()) {}

  /** As {@link fingerprintCode}, with the way to each module. @throws LayerwiseError STAGE_FAILED if a module is missing */
  trace(entries: readonly string[]): CodeTrace {
    const modules = new Map<string, string>();
    const importers = new Map<string, string>();
    const dependencies = new Map<string, string>();
    const pending = [...entries];
    const seen = new Set(pending);
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const module = this.module(path);
      modules.set(this.nameOf(path), module.sha256);
      for (const found of this.reached(path, module, dependencies)) {
        if (seen.has(found)) continue;
        seen.add(found);
        importers.set(found, path);
        pending.push(found);
      }
    }
    const sorted = { modules: ordered(modules), dependencies: ordered(dependencies) };
    const through = (module: string): readonly string[] => this.wayTo([...seen].find((path) => this.nameOf(path) === module), importers);
    return { code: { digest: sha256(canonicalJson(sorted)), ...sorted }, through };
  }

  private wayTo(path: string | undefined, importers: ReadonlyMap<string, string>): string[] {
    const importer = path === undefined ? undefined : importers.get(path);
    return importer === undefined ? [] : [...this.wayTo(importer, importers), this.nameOf(importer)];
  }

  private module(path: string): Module {
    const found = this.memo.get('module', path, (bytes) => readModule(path, bytes));
    if (found) return found;
    throw new LayerwiseError('STAGE_FAILED', "the stage's code must be built, but a module is missing", { where: path, remedy: 'Run npm run build.' });
  }

  /** Absolute paths of the repository's files that a module reaches directly; installed packages go to `dependencies`. */
  private reached(path: string, { imports, assets }: Module, dependencies: Map<string, string>): string[] {
    const found: string[] = [];
    for (const specifier of imports) {
      if (specifier.startsWith('.')) found.push(join(dirname(path), specifier));
      else if (specifier.startsWith(workspaceScope)) found.push(this.resolve(specifier, path));
      else this.addDependency(packageName(specifier), path, dependencies);
    }
    return [...found, ...assets.flatMap((named) => assetsOf(path, named))];
  }

  private resolve(specifier: string, from: string): string {
    return memoized(this.resolved, `${specifier} ${dirname(from)}`, () => createRequire(from).resolve(specifier));
  }

  private addDependency(name: string, from: string, dependencies: Map<string, string>): void {
    const file = this.packageJsonOf(name, dirname(from));
    if (!file) {
      dependencies.set(name, 'not installed');
      return;
    }
    const { version, dependencies: next } = this.memo.get('package', file, readPackageJson) as PackageJson;
    const known = dependencies.get(name);
    if (known?.split(' ').includes(version)) return;
    dependencies.set(name, known ? [...known.split(' '), version].sort().join(' ') : version);
    for (const dependency of next) this.addDependency(dependency, file, dependencies);
  }

  /** The nearest node_modules/<name>/package.json above a folder, as Node.js looks it up. */
  private packageJsonOf(name: string, folder: string): string | undefined {
    return memoized(this.packages, `${name} ${folder}`, () => {
      const file = join(folder, 'node_modules', name, 'package.json');
      if (this.memo.get('package', file, readPackageJson)) return file;
      return folder === dirname(folder) ? undefined : this.packageJsonOf(name, dirname(folder));
    });
  }

  /** `kernels/dist/forest.js`: the path from the folder that holds the package's package.json's parent. */
  private nameOf(path: string): string {
    const folder = memoized(this.names, dirname(path), () => this.parentOfPackage(dirname(path)));
    return folder === '' ? path : relative(folder, path).split(sep).join('/');
  }

  private parentOfPackage(folder: string): string {
    if (this.memo.get('package', join(folder, 'package.json'), readPackageJson)) return dirname(folder);
    return folder === dirname(folder) ? '' : this.parentOfPackage(dirname(folder));
  }
}

function readModule(path: string, bytes: Buffer): Module {
  const hash = sha256(bytes);
  if (!/\.m?js$/.test(path)) return { sha256: hash, imports: [], assets: [] };
  const source = bytes.toString('utf8');
  // Without its init() the lexer is compiled here, by the first module that is not remembered: in a run with nothing changed, never.
  const specifiers = parse(source, path)[0].flatMap(({ specifier }) => (specifier && !specifier.startsWith('node:') ? [specifier] : []));
  return { sha256: hash, imports: specifiers, assets: [...source.matchAll(asset)].map((match) => match[2] as string) };
}

function readPackageJson(bytes: Buffer): PackageJson {
  const { version, dependencies, optionalDependencies } = JSON.parse(bytes.toString('utf8')) as { version?: string; dependencies?: object; optionalDependencies?: object };
  return { version: version ?? 'unknown', dependencies: Object.keys({ ...dependencies, ...optionalDependencies }) };
}

function assetsOf(path: string, named: string): string[] {
  const file = join(dirname(path), named);
  if (!named.includes('${')) return [file];
  const [start = '', ...rest] = basename(file).split(/\$\{.*?\}/);
  const names = readdirSync(dirname(file));
  return names.filter((name) => name.startsWith(start) && name.endsWith(rest.at(-1) ?? '')).sort().map((name) => join(dirname(file), name));
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function memoized<T>(map: Map<string, T>, key: string, find: () => T): T {
  if (!map.has(key)) map.set(key, find());
  return map.get(key) as T;
}

function ordered(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
