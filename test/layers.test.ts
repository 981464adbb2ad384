import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const { layers, order } = (await import(join(root, 'docs/layers.js'))) as Record<
  'layers' | 'order',
  Record<string, readonly string[]>
>;
const packages = readdirSync(join(root, 'packages'));
const scope = '@layerwise/';

/** What stands between `from` or `import` and the end of an import, static or dynamic, and in `import('…')` types. */
const imports = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

/** Folders of a package with code that runs: `browser` is what its pages run. */
const folders = ['src', 'browser'];

function sources(name: string): { file: string; specifiers: string[] }[] {
  const files = folders
    .filter((folder) => existsSync(join(root, 'packages', name, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, 'packages', name, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.ts$/.test(file))
        .map((file) => `packages/${name}/${folder}/${file.replaceAll('\\', '/')}`),
    );
  return files.map((file) => ({
    file,
    specifiers: [...readFileSync(join(root, file), 'utf8').matchAll(imports)].map((match) => match[1] as string),
  }));
}

/** The repository's packages among the names of packages, without the scope. */
const own = (names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith(scope)).map((name) => name.slice(scope.length).split('/')[0] as string);

interface PackageJson {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

function dependenciesOf(name: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
    readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
  ) as PackageJson;
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}

function referencesOf(name: string): string[] {
  const { references = [] } = JSON.parse(readFileSync(join(root, 'packages', name, 'tsconfig.json'), 'utf8')) as {
    references?: { path: string }[];
  };
  return references.map(({ path }) => path.replace(/^\.\.\//, ''));
}

/** Imports within a package from one of its folders, or files beside them, to one that does not stand before it. */
function upwards(name: string, places: readonly string[]): string[] {
  const placeOf = (path: string): string => (path.replace(/^src\//, '').split('/')[0] as string).replace(/\.ts$/, '');
  return sources(name).flatMap(({ file, specifiers }) => {
    const path = relative(`packages/${name}`, file);
    const below = places.slice(0, places.indexOf(placeOf(path)) + 1);
    return specifiers
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => join(dirname(path), specifier).replace(/\.js$/, '.ts'))
      .filter((target) => !below.includes(placeOf(target)))
      .map((target) => `${path} imports ${target}`);
  });
}

describe('the order of folders in a package', () => {
  it.each(Object.entries(order))('of packages/%s/src is obeyed by every import', (name, places) => {
    expect(upwards(name, places)).toEqual([]);
  });

  it.each(Object.entries(order))('of packages/%s/src is seen by this test', (name, places) => {
    expect(upwards(name, [...places].reverse()).length).toBeGreaterThan(places.length);
  });
});

describe('the direction of dependencies', () => {
  it('is told for every package, and for no other', () => {
    expect(Object.keys(layers).sort()).toEqual([...packages].sort());
  });

  it('has no circle', () => {
    const above = (name: string, path: readonly string[]): void => {
      expect(path, `${[...path, name].join(' -> ')}`).not.toContain(name);
      for (const next of layers[name] ?? []) above(next, [...path, name]);
    };
    for (const name of packages) above(name, []);
  });

  it.each(packages)('is obeyed by every import in packages/%s', (name) => {
    const allowed = [...(layers[name] ?? []), name];
    const wrong = sources(name).flatMap(({ file, specifiers }) =>
      own(specifiers)
        .filter((target) => !allowed.includes(target))
        .map((target) => `${file} imports ${scope}${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(packages)('is not got round by a path out of packages/%s', (name) => {
    const wrong = sources(name).flatMap(({ file, specifiers }) =>
      specifiers
        .filter(
          (specifier) =>
            specifier.startsWith('.') &&
            !folders.some((folder) => join(file, '..', specifier).startsWith(join('packages', name, folder))),
        )
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(packages)('is obeyed by what packages/%s/package.json depends on and tsconfig.json refers to', (name) => {
    const allowed = layers[name] ?? [];
    expect(own(dependenciesOf(name)).filter((target) => !allowed.includes(target))).toEqual([]);
    expect(referencesOf(name).filter((target) => !allowed.includes(target))).toEqual([]);
  });

  it.each(packages)('packages/%s/package.json names every package that is imported', (name) => {
    const known = [`${scope}${name}`, ...dependenciesOf(name)];
    const wrong = sources(name).flatMap(({ file, specifiers }) =>
      specifiers
        .filter((specifier) => /^[@a-z]/.test(specifier) && !specifier.startsWith('node:'))
        .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
        .filter((target) => !known.includes(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('leads to one version of each library', () => {
    const versions = new Map<string, Set<string>>();
    for (const name of packages) {
      const { dependencies = {} } = JSON.parse(
        readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
      ) as PackageJson;
      for (const [library, version] of Object.entries(dependencies))
        versions.set(library, (versions.get(library) ?? new Set()).add(version));
    }
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
    expect(versions.size).toBeGreaterThan(packages.length);
  });

  it('finds imports of every form, so that these tests can fail', () => {
    const text = `import a from 'a';
import type { b } from "b";
export * from 'c';
const d = await import('d');
import 'e';
let f: import('f').F;
export type { g } from
  'g';`;
    expect([...text.matchAll(imports)].map((match) => match[1])).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});
