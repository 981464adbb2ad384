import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { canonicalJson, LayerwiseError, sha256 } from '@layerwise/contracts';
import { init, parse } from 'es-module-lexer';

/** What code a stage runs: each module it reaches, and each installed package these import. */
export interface CodeFingerprint {
  /** SHA-256 over the two maps below. */
  readonly digest: string;
  /** `<package>/<path in the package>` -> SHA-256; compiled modules and the files they name by `new URL(…, import.meta.url)`. */
  readonly modules: Readonly<Record<string, string>>;
  /** Name -> version of every installed package that is imported, and of all that these depend on. */
  readonly dependencies: Readonly<Record<string, string>>;
}

const workspaceScope = '@layerwise/';
/** `new URL('./wasm/pca.wasm', import.meta.url)`, also as a template: then every file that fits it counts. */
const asset = /new URL\(\s*(['"`])(\.[^'"`]+)\1\s*,\s*import\.meta\.url\s*\)/g;

/**
 * Follows the imports of a stage package from its entry, through the packages of this repository, file by file.
 * Comments do not count: they are not in the compiled modules. Of installed packages the versions count.
 * @param entries absolute paths of compiled ES modules: the stage's entry and the modules that write its artifacts
 */
export async function fingerprintCode(entries: readonly string[]): Promise<CodeFingerprint> {
  return (await traceCode(entries)).code;
}

/** A fingerprint, and by which module each was reached first. */
export interface CodeTrace {
  readonly code: CodeFingerprint;
  /** Module -> the modules from the entry to the one that imports it; empty for an entry. */
  readonly through: (module: string) => readonly string[];
}

/** As {@link fingerprintCode}, with the way to each module. */
export async function traceCode(entries: readonly string[]): Promise<CodeTrace> {
  await init();
  const modules = new Map<string, string>();
  const names = new Map<string, string>();
  const importers = new Map<string, string>();
  const dependencies = new Map<string, string>();
  const pending = [...entries];
  const seen = new Set(pending);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new LayerwiseError('STAGE_FAILED', `the stage's code must be built, but a module cannot be read: ${error.code}`, { where: path, remedy: 'Run npm run build.', cause: error });
    });
    const name = await nameOf(path);
    names.set(path, name);
    modules.set(name, sha256(bytes));
    if (!/\.m?js$/.test(path)) continue;
    for (const found of await importsOf(path, bytes.toString('utf8'), dependencies)) {
      if (seen.has(found)) continue;
      seen.add(found);
      importers.set(found, path);
      pending.push(found);
    }
  }
  const sorted = { modules: ordered(modules), dependencies: ordered(dependencies) };
  return { code: { digest: sha256(canonicalJson(sorted)), ...sorted }, through: (module) => wayTo(module, names, importers) };
}

function wayTo(module: string, names: ReadonlyMap<string, string>, importers: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  const [start] = [...names].find(([, name]) => name === module) ?? [''];
  for (let at = importers.get(start); at !== undefined; at = importers.get(at)) way.unshift(names.get(at) as string);
  return way;
}

/** Absolute paths of the repository's files that a module reaches directly; installed packages go to `dependencies`. */
async function importsOf(path: string, source: string, dependencies: Map<string, string>): Promise<string[]> {
  const [imports] = parse(source, path);
  const found: string[] = [];
  for (const { specifier } of imports) {
    if (!specifier || specifier.startsWith('node:')) continue;
    if (specifier.startsWith('.')) found.push(join(dirname(path), specifier));
    else if (specifier.startsWith(workspaceScope)) found.push(createRequire(path).resolve(specifier));
    else await addDependency(packageName(specifier), path, dependencies);
  }
  for (const match of source.matchAll(asset)) found.push(...(await assetsOf(path, match[2] as string)));
  return found;
}

async function assetsOf(path: string, named: string): Promise<string[]> {
  const file = join(dirname(path), named);
  if (!named.includes('${')) return [file];
  const [start = '', ...rest] = basename(file).split(/\$\{.*?\}/);
  const names = await readdir(dirname(file));
  return names.filter((name) => name.startsWith(start) && name.endsWith(rest.at(-1) ?? '')).sort().map((name) => join(dirname(file), name));
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

interface PackageJson {
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

async function addDependency(name: string, from: string, dependencies: Map<string, string>): Promise<void> {
  const file = await packageJsonOf(name, dirname(from));
  if (!file) {
    dependencies.set(name, 'not installed');
    return;
  }
  const json = JSON.parse(await readFile(file, 'utf8')) as PackageJson;
  const version = json.version ?? 'unknown';
  const known = dependencies.get(name);
  if (known?.split(' ').includes(version)) return;
  dependencies.set(name, known ? [...known.split(' '), version].sort().join(' ') : version);
  for (const next of Object.keys({ ...json.dependencies, ...json.optionalDependencies })) await addDependency(next, file, dependencies);
}

/** The nearest node_modules/<name>/package.json above a folder, as Node.js looks it up. */
async function packageJsonOf(name: string, folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'node_modules', name, 'package.json');
    if (await readFile(file).then(() => true, () => false)) return file;
    if (at === dirname(at)) return undefined;
  }
}

/** `kernels/dist/forest.js`: the path from the folder that holds the package's package.json's parent. */
async function nameOf(path: string): Promise<string> {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) {
    const isPackage = await readFile(join(at, 'package.json')).then(() => true, () => false);
    if (isPackage) return relative(dirname(at), path).split(sep).join('/');
  }
  return path;
}

function ordered(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
