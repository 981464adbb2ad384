import { join } from 'node:path';
import { canonicalJson, sha256 } from '@layerwise/contracts';
import { exports as exportsOf, imports as importsOf } from 'resolve.exports';

/** What the package.json of a package of code that is followed says. */
export interface Package {
  /** '' if it has none. */
  readonly name: string;
  /** How its `.js` files are meant: `module`, `commonjs`, or not said. */
  readonly type?: string;
  readonly main?: string;
  readonly exports?: unknown;
  readonly imports?: Readonly<Record<string, unknown>>;
  /** Names of all that it depends on. */
  readonly dependencies: readonly string[];
  /** Whether other packages lie in it. */
  readonly holdsOthers: boolean;
  /** Whether it says, by `"layerwise": {"traceable": true}`, that it reads no file of its own but by import, import.meta.resolve or new URL of a literal. */
  readonly isTraceable: boolean;
  /** SHA-256 of what it says of where names lead; nothing else in it is code. */
  readonly sha256: string;
}

/** What that of an installed package says. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  /** Those that whoever installs it provides, if at all. */
  readonly peers: readonly string[];
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly main?: string;
  readonly exports?: unknown;
  readonly imports?: Record<string, unknown>;
  readonly dependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
  readonly workspaces?: unknown;
  readonly layerwise?: { readonly traceable?: unknown };
}

/** Reads a package.json as that of code that is followed. */
export function readPackage(bytes: Buffer): Package {
  const {
    name = '',
    type,
    main,
    exports,
    imports,
    dependencies,
    optionalDependencies,
    peerDependencies,
    workspaces,
    layerwise,
  } = parsed(bytes);
  const leading = {
    ...(type ? { type } : {}),
    ...(main ? { main } : {}),
    ...(exports ? { exports } : {}),
    ...(imports ? { imports } : {}),
  };
  return {
    name,
    ...leading,
    dependencies: Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
    holdsOthers: workspaces !== undefined,
    isTraceable: layerwise?.traceable === true,
    // The order of conditions counts, so the text does.
    sha256: sha256(
      canonicalJson({ ...leading, exports: JSON.stringify(exports ?? null), imports: JSON.stringify(imports ?? null) }),
    ),
  };
}

/** Reads a package.json as that of an installed package. */
export function readInstalled(bytes: Buffer): Installed {
  const { name = '', version = 'unknown', dependencies, optionalDependencies, peerDependencies } = parsed(bytes);
  const own = Object.keys({ ...dependencies, ...optionalDependencies });
  return {
    name,
    version,
    dependencies: own,
    peers: Object.keys({ ...peerDependencies }).filter((peer) => !own.includes(peer)),
  };
}

function parsed(bytes: Buffer): PackageJson {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** How a name is asked for: by `import` or by `require`. */
export type Manner = 'import' | 'require';

/** Conditions of `exports` and `imports` that hold beside those of Node.js: `--conditions`, on the command line or in NODE_OPTIONS. */
export function givenConditions(
  args: readonly string[] = process.execArgv,
  options = process.env.NODE_OPTIONS ?? '',
): readonly string[] {
  const words = [...args, ...options.split(/\s+/)];
  return words.flatMap((word, index) =>
    /^(?:--conditions|-C)$/.test(word)
      ? [words[index + 1] ?? '']
      : (/^(?:--conditions|-C)=(.+)$/.exec(word)?.slice(1) ?? []),
  );
}

const conditions = [
  ...givenConditions(),
  'node-addons',
  ...('require_module' in process.features && process.features.require_module ? ['module-sync'] : []),
];

/**
 * Where a package's name, or a path behind it, leads.
 * @param folder of the package
 * @param subpath what stands behind the name and its slash
 * @returns an absolute path, as it is written there; undefined if the package does not give it out
 */
export function exportedFile(folder: string, from: Package, subpath: string, manner: Manner): string | undefined {
  if (from.exports === undefined) return join(folder, subpath || from.main || 'index.js');
  const found = firstOf(() =>
    exportsOf({ name: from.name, exports: from.exports as never }, subpath === '' ? '.' : `./${subpath}`, {
      conditions,
      require: manner === 'require',
    }),
  );
  return found === undefined ? undefined : join(folder, found);
}

/** Where a specifier such as `#x` leads: to a path from the package's folder (`./x.js`), or to another package. */
export function importedName(from: Package, specifier: string, manner: Manner): string | undefined {
  if (from.imports === undefined) return undefined;
  return firstOf(() =>
    importsOf({ name: from.name, imports: from.imports as never }, specifier, {
      conditions,
      require: manner === 'require',
    }),
  );
}

function firstOf(resolve: () => readonly string[] | void): string | undefined {
  try {
    return resolve()?.[0];
  } catch {
    return undefined;
  }
}

/** `a` of `a/b`, `@a/b` of `@a/b/c`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
