import { canonicalJson } from '@layerwise/contracts';
import type { Recipe } from './manifest.js';

/** A recipe as it is known before anything runs: the content of an input that is still to be computed is null. */
export interface ForeseenRecipe extends Omit<Recipe, 'inputs'> {
  readonly inputs: Readonly<Record<string, string | null>>;
}

/** Why an artifact does not serve. `old` is undefined for what is new, `new` for what is gone, null for what is not known yet. */
export type StalenessReason =
  | { readonly reason: 'never computed' }
  | { readonly reason: 'artifact missing' }
  | { readonly reason: 'artifact damaged'; readonly file: string; readonly what: 'missing' | 'changed' }
  | { readonly reason: ComparedReason; readonly name: string; readonly old?: unknown; readonly new?: unknown };

/** Reasons that are a difference between two recipes, in the order they are told. */
export type ComparedReason =
  'package' | 'parameter' | 'seed' | 'input' | 'raw file' | 'module' | 'dependency' | 'node version';

/**
 * What tells one recipe from another; nothing for equal ones. An input that is not known yet is no difference.
 * A parameter is named by its path (`hidden.0.units`), a module by package and path in it.
 */
export function differences(old: Recipe, wanted: ForeseenRecipe): readonly StalenessReason[] {
  const known = Object.fromEntries(
    Object.entries(wanted.inputs).map(([name, content]) => [name, content ?? old.inputs[name]]),
  );
  return [
    ...compared('package', { uses: old.uses }, { uses: wanted.uses }),
    ...compared('parameter', leaves(old.params), leaves(wanted.params)),
    ...compared('seed', { seed: old.seed }, { seed: wanted.seed }),
    ...compared('input', old.inputs, known),
    ...compared('raw file', hashesOf(old.raw), hashesOf(wanted.raw)),
    ...(old.code.digest === wanted.code.digest ? [] : codeDifferences(old.code, wanted.code)),
    ...compared('node version', { node: old.node }, { node: wanted.node }),
  ];
}

function codeDifferences(old: Recipe['code'], now: Recipe['code']): StalenessReason[] {
  return [
    ...compared('module', old.modules, now.modules),
    ...compared('dependency', old.dependencies, now.dependencies),
  ];
}

/** Whether an artifact made by `recipe` serves, whatever the inputs turn out to be that are not known yet. */
export function serves(recipe: Recipe, wanted: ForeseenRecipe): boolean {
  const [{ code, ...made }, { code: wantedCode, ...rest }] = [recipe, wanted];
  if (code.digest !== wantedCode.digest) return false;
  const inputs = Object.fromEntries(
    Object.entries(wanted.inputs).map(([name, content]) => [name, content ?? recipe.inputs[name] ?? null]),
  );
  return canonicalJson(made) === canonicalJson({ ...rest, inputs });
}

/** A reason in words, such as `parameter epochs: 2 -> 3`. */
export function describeReason(reason: StalenessReason): string {
  if (reason.reason === 'artifact damaged')
    return `artifact damaged: ${reason.file} ${reason.what === 'missing' ? 'is missing' : 'is not what the manifest says'}`;
  if (!('name' in reason)) return reason.reason;
  const { reason: kind, name, old, new: now } = reason;
  const subject = kind === 'node version' || kind === 'seed' ? kind : `${kind}${kind === 'package' ? '' : ` ${name}`}`;
  return `${subject}: ${shown(kind, old)} -> ${shown(kind, now)}`;
}

function shown(kind: ComparedReason, value: unknown): string {
  if (value === undefined) return 'none';
  if (kind === 'input' && value === null) return 'not known yet';
  if (typeof value !== 'string') return canonicalJson(value);
  return ['input', 'raw file', 'module'].includes(kind) ? value.slice(0, 12) : value;
}

function compared(
  reason: ComparedReason,
  old: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): StalenessReason[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names
    .filter(
      (name) =>
        canonicalJson([old[name]]) !== canonicalJson([now[name]]) ||
        Object.hasOwn(old, name) !== Object.hasOwn(now, name),
    )
    .map((name) => ({
      reason,
      name,
      ...(Object.hasOwn(old, name) ? { old: old[name] } : {}),
      ...(Object.hasOwn(now, name) ? { new: now[name] } : {}),
    }));
}

/** Values by their path; an empty group or list is a value. */
function leaves(value: unknown, path: readonly string[] = []): Record<string, unknown> {
  const members = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  if (members.length === 0) return path.length > 0 ? { [path.join('.')]: value } : {};
  return Object.assign({}, ...members.map(([name, member]) => leaves(member, [...path, name]))) as Record<
    string,
    unknown
  >;
}

/** By name; a second file of one name is told from the first by its place. */
function hashesOf(raw: Recipe['raw']): Record<string, string> {
  return Object.fromEntries(
    raw.map(({ name, sha256 }, index) => [
      raw.findIndex((file) => file.name === name) === index ? name : `${name} (${index + 1})`,
      sha256,
    ]),
  );
}
