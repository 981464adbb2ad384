import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, sep } from 'node:path';
import { optionFor, type AnyStage, type Constraint, type Fields, type Places } from '@layerwise/contracts';
import { observe, type Touch } from './observer.js';

/** What a run used that it is not given and does not declare, in words; each once. */
export class Undeclared {
  private readonly found = new Set<string>();

  get list(): readonly string[] {
    return [...this.found].sort();
  }

  /**
   * Does work in which a stage runs, and notes what of outside it uses.
   * @param places where raw files may lie
   * @param declared absolute paths of those it declares
   */
  async during<T>(places: Places, declared: readonly string[], work: () => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'layerwise-observed-'));
    const log = join(folder, 'threads');
    const touches: Touch[] = [];
    const end = observe((touch) => touches.push(touch), log);
    try {
      return await work();
    } finally {
      end();
      const threads = existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Touch)
        : [];
      rmSync(folder, { recursive: true });
      for (const touch of [...touches, ...threads])
        if (!isAllowed(touch, places, declared)) this.found.add(words[touch.what](touch.name));
    }
  }

  /** The parameters as the stage gets them: checked, not to be changed; reading one that no constraint declares is noted. */
  params(value: unknown, fields: Fields): unknown {
    return watch(value, { kind: 'object', doc: '', fields }, '', (path) => this.found.add(`parameter ${path}`));
  }
}

const words: Readonly<Record<Touch['what'], (name: string) => string>> = {
  variable: (name) => (name === '*' ? 'all environment variables' : `environment variable ${name}`),
  read: (name) => `file ${name}`,
  look: (name) => `what lies at ${name}`,
  write: (name) => `file ${name}, to write it`,
  program: (name) => `program ${name}`,
};

const modules = ['.js', '.mjs', '.cjs', '.wasm', '.node'];

/** Modules are part of the code's fingerprint: those of installed packages, and of the package that reads them. */
function isAllowed({ what, name, by }: Touch, places: Places, declared: readonly string[]): boolean {
  if (what === 'variable' || what === 'program') return false;
  if (what !== 'write' && /[\\/]node_modules[\\/]/.test(name)) return true;
  if (what === 'read' && modules.includes(extname(name)) && by.some((file) => isWithin(name, packageOf(file))))
    return true;
  if (declared.some((file) => isWithin(name, file)) || (places.download !== '' && isWithin(name, places.download)))
    return true;
  const searched = [...places.data, ...(places.workspace === undefined ? [] : [places.workspace])];
  return what === 'look' && searched.some((folder) => isWithin(name, folder) || isWithin(folder, name));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`);
}

/** The nearest folder above a file that has a package.json. */
function packageOf(file: string): string {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, 'package.json'))) return at;
  return file;
}

/** Names that JavaScript itself asks any object for. */
const asked = new Set(['then', 'toJSON', 'length', ...Object.getOwnPropertyNames(Object.prototype)]);

function watch(value: unknown, given: Constraint, path: string, note: (path: string) => void): unknown {
  if (value === null || typeof value !== 'object') return value;
  const constraint = given.kind === 'either' ? (optionFor(given, value) ?? given) : given;
  const declared = (name: string): Constraint | undefined =>
    constraint.kind === 'list'
      ? (constraint.item as Constraint)
      : constraint.kind === 'object' || constraint.kind === 'variant'
        ? constraint.fields[name]
        : undefined;
  const below = (name: string): string => (path ? `${path}.${name}` : name);
  const members = Object.entries(value).map(
    ([name, member]) => [name, watch(member, declared(name) as Constraint, below(name), note)] as const,
  );
  // A copy that is not frozen: a proxy of a frozen object may not hand out proxies of its members.
  const copy = Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
  const ask = (name: string | symbol): void => {
    if (
      typeof name !== 'string' ||
      asked.has(name) ||
      (Array.isArray(value) && (name in Array.prototype || /^\d+$/.test(name)))
    )
      return;
    if (Array.isArray(value) || declared(name) === undefined) note(below(name));
  };
  const refuse = (): never => {
    throw new TypeError(`parameters must not be changed, but ${path || 'they'} would be`);
  };
  return new Proxy(copy, {
    get: (target, name) => (ask(name), Reflect.get(target, name) as unknown),
    has: (target, name) => (ask(name), Reflect.has(target, name)),
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
  });
}

/** The raw files that a stage declares; none for one that reads none. */
export function rawFilesOf(stage: AnyStage, params: unknown, places: Places): readonly string[] {
  return stage.rawFiles ? stage.rawFiles(params as never, places).files : [];
}
