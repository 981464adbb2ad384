import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isBuiltin } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { canonicalJson, LayerwiseError, sha256 } from '@layerwise/contracts';
import { FileCache } from './file-cache.js';
import { codeBelow, codeFitting } from './code-files.js';
import { hasComputedFolder, readModule, type Module } from './module.js';
import {
  exportedFile,
  givenConditions,
  importedName,
  packageName,
  readInstalled,
  readPackage,
  type Manner,
  type Package,
} from './package.js';
import { Versions } from './versions.js';

/** What code a stage runs: each module it reaches, and each installed package these import. */
export interface CodeFingerprint {
  /** SHA-256 over the two maps below. */
  readonly digest: string;
  /**
   * `<package>/<path in the package>` -> SHA-256: modules, the files they name by `new URL(…, import.meta.url)`, every file of a package
   * that cannot be followed, and of each package.json what leads names to files.
   */
  readonly modules: Readonly<Record<string, string>>;
  /** Name -> version of every installed package that is imported, and of all that these depend on. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A fingerprint, and by which module each was reached first. */
export interface CodeTrace {
  readonly code: CodeFingerprint;
  /** Module -> the modules from the entry to the one that imports it; empty for an entry. */
  readonly through: (module: string) => readonly string[];
  /** Absolute paths of the files whose bytes count. */
  readonly files: readonly string[];
  /** Names of the packages that modules were followed in, sorted; what is installed is not among them. */
  readonly packages: readonly string[];
}

/** A package.json, and the folder it lies in. */
export interface Home {
  readonly folder: string;
  readonly package: Package;
}

/** Where a specifier leads, see {@link CodeTracer.targetOf}. */
export type Target = string | { readonly name: string; readonly file: string | undefined } | undefined;

const workspaceScope = '@layerwise/';
/** What `require`, and a `main`, may leave out. */
const endings = ['', '.js', '.json', '.node', '.cjs', '.mjs', '/index.js', '/index.json', '/index.cjs'];

/**
 * Follows the imports of a stage package from its entry, through every package that is not installed but lies or is linked here, file by file.
 * A package that holds a construct by which code or a file may be reached that is not named counts as a whole, every file of it.
 * Comments and layout do not count, see `hashSyntax`. Of installed packages the versions count.
 * @param entries absolute paths of compiled ES modules: the stage's entry and the modules that write its artifacts
 */
export function fingerprintCode(entries: readonly string[]): CodeFingerprint {
  return new CodeTracer().trace(entries).code;
}

/** Traces code; what several stages share is looked at once. */
export class CodeTracer {
  private readonly homes = new Map<string, Home | undefined>();
  private readonly installed = new Map<string, string | undefined>();
  private readonly real = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly targets = new Map<string, Target>();

  constructor(private readonly fileCache: FileCache = new FileCache()) {}

  /**
   * As {@link fingerprintCode}, with the way to each module.
   * @throws LayerwiseError STAGE_FAILED if a module is missing, or can be neither followed nor taken whole
   */
  trace(entries: readonly string[]): CodeTrace {
    return new Walk(this).run(entries);
  }

  /** @returns undefined if there is no such file */
  module(path: string): Module | undefined {
    return this.fileCache.get('syntax', path, (bytes) => readModule(path, bytes));
  }

  /** The nearest package.json above a file, and the nearest with a name. */
  homeOf(path: string, named: boolean): Home | undefined {
    const folder = dirname(path);
    return memoized(this.homes, `${String(named)} ${folder}`, () => {
      const found = this.packageIn(folder);
      if (found && (!named || found.package.name !== '')) return found;
      return folder === dirname(folder) ? undefined : this.homeOf(folder, named);
    });
  }

  packageIn(folder: string): Home | undefined {
    const found = this.fileCache.get('lead', join(folder, 'package.json'), readPackage);
    return found && { folder, package: found };
  }

  versionOf(file: string): ReturnType<typeof readInstalled> {
    return this.fileCache.get('version', file, readInstalled) as ReturnType<typeof readInstalled>;
  }

  /** The nearest node_modules/<name>/package.json above a folder, as Node.js looks it up. */
  packageJsonOf(name: string, folder: string): string | undefined {
    return memoized(this.installed, `${name} ${folder}`, () => {
      const file = join(folder, 'node_modules', name, 'package.json');
      if (this.fileCache.get('version', file, readInstalled)) return file;
      return folder === dirname(folder) ? undefined : this.packageJsonOf(name, dirname(folder));
    });
  }

  realPath(path: string): string {
    return memoized(this.real, path, () => realpathSync.native(path));
  }

  /**
   * Where a specifier leads.
   * @param certain see `Walk.follow`
   * @returns an absolute path; of what is installed its name, and where its package.json is, if it is there; undefined for nothing that counts
   * @throws LayerwiseError STAGE_FAILED if it leads to no file, and is certain
   */
  targetOf(specifier: string, from: string, manner: Manner, certain: boolean): Target {
    return memoized(this.targets, `${manner} ${String(certain)} ${specifier} ${dirname(from)}`, () => {
      if (isBuiltin(specifier) || /^(?:data|https?|node):/.test(specifier)) return undefined;
      const target = this.resolve(specifier, from, manner, certain);
      if (typeof target !== 'string') return target;
      if (this.module(target)) return this.realPath(target);
      return certain ? missing(target) : undefined;
    });
  }

  private resolve(specifier: string, from: string, manner: Manner, certain: boolean): Target {
    if (/^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) return this.finished(pathOf(specifier, from), !certain);
    const scope = this.homeOf(from, false);
    if (specifier.startsWith('#')) {
      const led = scope && importedName(scope.package, specifier, manner);
      if (!scope || led === undefined) return certain ? missing(`${specifier}, imported by ${from}`) : undefined;
      return this.resolve(led, join(scope.folder, 'package.json'), manner, certain);
    }
    const name = packageName(specifier);
    if (scope?.package.exports !== undefined && scope.package.name === name)
      return this.exported(scope, specifier, manner, certain);
    const file = this.packageJsonOf(name, dirname(from));
    const linked = file === undefined ? undefined : this.linked(file);
    return linked ? this.exported(linked, specifier, manner, certain) : { name, file };
  }

  private exported(home: Home, specifier: string, manner: Manner, certain: boolean): Target {
    const path = exportedFile(home.folder, home.package, specifier.slice(packageName(specifier).length + 1), manner);
    if (path === undefined) return certain ? missing(`${specifier}, which ${home.folder} does not export`) : undefined;
    return this.finished(path, home.package.exports === undefined);
  }

  /** A path as it is written, with what may be left out if it may. */
  private finished(path: string, short: boolean): string {
    return (
      (short ? endings.map((ending) => path + ending).find((candidate) => this.module(candidate)) : undefined) ?? path
    );
  }

  /**
   * A package whose files count: one that is not installed but lies or is linked here, or one of Layerwise, wherever it is, so that a new
   * version of it, or another way of installing it, is new code only where its files are.
   * @param file its package.json as it was found in a node_modules folder
   */
  linked(file: string): Home | undefined {
    const folder = this.realPath(dirname(file));
    const isOwn = `${basename(dirname(dirname(file)))}/` === workspaceScope;
    return folder.split(sep).includes('node_modules') && !isOwn ? undefined : this.packageIn(folder);
  }

  /** `kernels/dist/forest.js`: the name of the package, without the scope of this repository, and the path in it. */
  nameOf(path: string): string {
    return memoized(this.names, path, () => {
      const home = this.homeOf(path, true);
      return home === undefined ? path : [labelOf(home), ...relative(home.folder, path).split(sep)].join('/');
    });
  }
}

/** One trace. */
class Walk {
  private readonly importers = new Map<string, string | undefined>();
  private readonly pending: string[] = [];
  private readonly modules = new Map<string, Set<string>>();
  private readonly wholes = new Set<string>();
  private readonly described = new Set<string>();
  private readonly versions = new Versions();
  private readonly met = new Set<string>();
  private readonly packages = new Set<string>();

  constructor(private readonly tracer: CodeTracer) {}

  run(entries: readonly string[]): CodeTrace {
    for (const entry of entries) this.reach(entry);
    for (let path = this.pending.pop(); path !== undefined; path = this.pending.pop()) this.visit(path);
    const given = givenConditions().join(' ');
    if (given) this.versions.add('--conditions', given, '');
    const modules = new Map(Array.from(this.modules, ([name, hashes]) => [name, joined(hashes)]));
    const sorted = { modules: ordered(modules), dependencies: ordered(this.versions.table()) };
    const through = (module: string): readonly string[] =>
      this.wayTo([...this.importers.keys()].find((path) => this.tracer.nameOf(path) === module));
    return {
      code: { digest: sha256(canonicalJson(sorted)), ...sorted },
      through,
      files: [...this.importers.keys()],
      packages: [...this.packages].sort(),
    };
  }

  private wayTo(path: string | undefined): string[] {
    const importer = path === undefined ? undefined : this.importers.get(path);
    return importer === undefined ? [] : [...this.wayTo(importer), this.tracer.nameOf(importer)];
  }

  private reach(path: string, importer?: string): void {
    if (this.importers.has(path)) return;
    this.importers.set(path, importer);
    this.pending.push(path);
  }

  private visit(path: string): void {
    const module = this.tracer.module(path) ?? missing(path);
    this.add(this.tracer.nameOf(path), module.sha256);
    const scope = this.tracer.homeOf(path, false);
    const home = this.tracer.homeOf(path, true);
    for (const one of new Set([scope, home])) if (one) this.describe(one);
    if (home) this.packages.add(home.package.name);
    const construct = constructOf(path, module, scope?.package, home?.package);
    if (construct) this.takeWhole(home, path, construct);
    const isWhole = construct !== undefined || (home !== undefined && this.wholes.has(home.folder));
    for (const specifier of module.imports) this.follow(specifier, path, 'import', !isWhole);
    if (isWhole)
      for (const specifier of module.mentions)
        for (const manner of ['import', 'require'] as const) this.follow(specifier, path, manner, false);
    for (const named of module.assets) this.takeAsset(named, path, !isWhole);
  }

  private add(name: string, hash: string): void {
    this.modules.set(name, (this.modules.get(name) ?? new Set()).add(hash));
  }

  /** What its package.json says of where names lead is code. */
  private describe(home: Home): void {
    if (this.described.has(home.folder) || this.wholes.has(home.folder)) return;
    this.described.add(home.folder);
    this.add(this.tracer.nameOf(join(home.folder, 'package.json')), home.package.sha256);
  }

  /**
   * Goes where a specifier leads.
   * @param certain whether it is known to be code; else it stands in quotes only, and may lead nowhere
   */
  private follow(specifier: string, from: string, manner: Manner, certain: boolean): void {
    const target = this.tracer.targetOf(specifier, from, manner, certain);
    if (target === undefined) return;
    if (typeof target === 'string') this.reach(target, from);
    else if (target.file !== undefined || certain) this.addVersion(target.name, target.file, this.labelOf(from));
  }

  private addVersion(name: string, file: string | undefined, importer: string): void {
    if (file === undefined) return this.versions.add(name, undefined, importer);
    const { name: own, version, dependencies, peers } = this.tracer.versionOf(file);
    this.versions.add(name, own === name || own === '' ? version : `${own}@${version}`, importer);
    if (this.met.has(file)) return;
    this.met.add(file);
    for (const next of [...dependencies, ...peers]) this.addDependency(next, file, name, dependencies.includes(next));
  }

  private addDependency(name: string, from: string, importer: string, needed: boolean): void {
    const file = this.tracer.packageJsonOf(name, dirname(from));
    const linked = file === undefined ? undefined : this.tracer.linked(file);
    if (linked) this.takeWhole(linked, join(linked.folder, 'package.json'), `a dependency of ${importer}`);
    else if (file !== undefined || needed) this.addVersion(name, file, importer);
  }

  /** Every file of a package, and all that it depends on. */
  private takeWhole(home: Home | undefined, because: string, construct: string): void {
    if (!home || home.package.holdsOthers) {
      throw new LayerwiseError(
        'STAGE_FAILED',
        `a stage's code must be such that it can be followed, or lie in a package, which then counts as a whole, got ${construct}`,
        {
          where: because,
          remedy: 'Move the file into a package of its own, in packages/.',
        },
      );
    }
    if (this.wholes.has(home.folder)) return;
    this.wholes.add(home.folder);
    for (const path of codeBelow(home.folder, construct))
      this.reach(path, path === because ? this.importers.get(because) : because);
    for (const name of home.package.dependencies) this.follow(name, join(home.folder, 'package.json'), 'import', false);
  }

  private takeAsset(named: string, from: string, certain: boolean): void {
    if (/^(?!file:)[a-z][a-z+.-]+:/i.test(named)) return;
    if (hasComputedFolder(named)) return;
    if (named.includes('${')) {
      for (const file of codeFitting(join(dirname(from), named))) this.reach(this.tracer.realPath(file), from);
      return;
    }
    const path = pathOf(named, from);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) for (const file of codeBelow(path, `new URL('${named}')`)) this.reach(file, from);
    else if (stats || certain) this.reach(stats ? this.tracer.realPath(path) : path, from);
  }

  private labelOf(path: string): string {
    const home = this.tracer.homeOf(path, true);
    return home ? labelOf(home) : '';
  }
}

/** One hash of a module's, however often the same code of it is installed. */
function joined(hashes: ReadonlySet<string>): string {
  const [one = '', ...more] = [...hashes].sort();
  return more.length === 0 ? one : sha256([one, ...more].join(' '));
}

function labelOf({ package: { name } }: Home): string {
  return name.startsWith(workspaceScope) ? name.slice(workspaceScope.length) : name;
}

/** The first thing in a module by which it may reach what it does not name, in words. */
function constructOf(
  path: string,
  module: Module,
  scope: Package | undefined,
  home: Package | undefined,
): string | undefined {
  if (module.opaque) return module.opaque;
  if (path.endsWith('.js') && (scope?.type === 'commonjs' || (scope?.type !== 'module' && !module.isEs)))
    return 'a CommonJS module';
  return module.reads && !home?.isTraceable ? `an import of ${module.reads}` : undefined;
}

function pathOf(specifier: string, from: string): string {
  try {
    return fileURLToPath(new URL(specifier, pathToFileURL(from)));
  } catch {
    return join(dirname(from), specifier);
  }
}

function missing(where: string): never {
  throw new LayerwiseError('STAGE_FAILED', "the stage's code must be built, but a module is missing", {
    where,
    remedy: 'Run npm run build.',
  });
}

function memoized<T>(map: Map<string, T>, key: string, find: () => T): T {
  if (!map.has(key)) map.set(key, find());
  return map.get(key) as T;
}

function ordered(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
