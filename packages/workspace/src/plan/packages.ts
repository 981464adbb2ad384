import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { nearest } from '@layerwise/contracts';

/** The package that brings the command, the plugin and the stages that a study has by default. */
const umbrella = 'layerwise';
/** What every stage package depends on. */
const contract = '@layerwise/contracts';

/**
 * Absolute path of the module to which a specifier leads: as seen from the workspace, else from its `layerwise`, whose packages some package
 * managers hide from the workspace itself, else from here.
 * @param root absolute path of the workspace
 * @returns undefined if it is not installed
 */
export function resolveFrom(root: string, specifier: string): string | undefined {
  const workspace = join(root, 'package.json');
  for (const from of [workspace, resolved(workspace, `${umbrella}/package.json`), import.meta.url]) {
    const path = from === undefined ? undefined : resolved(from, specifier);
    if (path !== undefined) return path;
  }
  return undefined;
}

function resolved(from: string, specifier: string): string | undefined {
  try {
    const path = createRequire(from).resolve(specifier);
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Absolute path of a package's entry module, or undefined if it is not installed. */
export function entryOf(root: string, name: string): string | undefined {
  return isAbsolute(name) || name.startsWith('.') ? undefined : resolveFrom(root, name);
}

/** Whether this is the repository of Layerwise, whose packages are compiled here. */
export function isRepository(root: string): boolean {
  return existsSync(join(root, 'packages/cli/bin/layerwise.mjs'));
}

/** Path of the script of the `layerwise` command, from the workspace's root, with forward slashes. */
export function commandPath(root: string): string {
  return isRepository(root) ? 'packages/cli/bin/layerwise.mjs' : 'node_modules/layerwise/bin/layerwise.mjs';
}

interface PackageJson {
  readonly name?: string;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
}

/**
 * Names of the packages that may hold a stage, sorted: those that depend on the contract of stages, among the folders of `packages`, what the
 * workspace names in its package.json, and what its `layerwise` brings.
 */
export function stagePackages(root: string): readonly string[] {
  const workspace = read(join(root, 'package.json'));
  const brought = resolved(join(root, 'package.json'), `${umbrella}/package.json`);
  const folders = existsSync(join(root, 'packages')) ? readdirSync(join(root, 'packages')) : [];
  const found = [
    ...folders.flatMap((folder) => read(join(root, 'packages', folder, 'package.json')) ?? []),
    ...namesIn(workspace).flatMap((name) => installed(root, name) ?? []),
    ...(brought === undefined ? [] : namesIn(read(brought)).flatMap((name) => installed(dirname(brought), name) ?? [])),
  ];
  return [...new Set(found.flatMap((one) => (dependsOnContract(one) && one.name) || []))].sort();
}

function dependsOnContract({ dependencies, peerDependencies }: PackageJson): boolean {
  return contract in { ...dependencies, ...peerDependencies };
}

function namesIn(from: PackageJson | undefined): string[] {
  return Object.keys({
    ...from?.dependencies,
    ...from?.devDependencies,
    ...from?.optionalDependencies,
    ...from?.peerDependencies,
  });
}

/** The package.json of an installed package, in the nearest `node_modules` above a folder. */
function installed(folder: string, name: string): PackageJson | undefined {
  const found = read(join(folder, 'node_modules', name, 'package.json'));
  return found ?? (folder === dirname(folder) ? undefined : installed(dirname(folder), name));
}

function read(path: string): PackageJson | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The package that is called nearly so, or so without its scope. */
export function nearestPackage(root: string, name: string): string | undefined {
  const short = (full: string): string => full.slice(full.indexOf('/') + 1);
  const names = stagePackages(root);
  const close = nearest(short(name), names.map(short));
  return names.find((full) => short(full) === close);
}
