import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  ARTIFACT_KINDS,
  canonicalJson,
  LayerwiseError,
  received,
  sha256,
  type ArtifactKind,
  type Warning,
} from '@layerwise/contracts';
import { count, group, groupOf, listOf, oneOf, orNull, real, text } from '@layerwise/contracts/form';
import type { CodeFingerprint } from './fingerprint.js';
import { fileInPlaceOfFolder, isDataFile, isInstanceId } from './names.js';
import { storageError } from './storage.js';

/** In an artifact's folder, beside `data/`. */
const manifestFile = 'manifest.json';

/** Size and SHA-256 of one data file. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** All that an artifact's bytes depend on; two equal recipes give equal bytes. */
export interface Recipe {
  readonly uses: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number | null;
  /** Input name -> digest of the artifact's content. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly raw: readonly { readonly name: string; readonly sha256: string }[];
  readonly code: CodeFingerprint;
  readonly node: string;
}

/** `manifest.json`: how an artifact was made and what it holds. The seconds, memory, date and seal vary from run to run. */
export interface Manifest {
  readonly schema: 1;
  readonly id: string;
  readonly stage: string;
  readonly kind: ArtifactKind;
  readonly recipe: Recipe;
  /** Input name -> id of the instance. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Path below `data/` -> record, sorted. */
  readonly files: Readonly<Record<string, FileRecord>>;
  /** SHA-256 over `files` and `warnings`: equal for equal content. */
  readonly content: string;
  readonly warnings: readonly Warning[];
  readonly seconds: number;
  readonly peakMemoryMB: number;
  readonly finished: string;
  /** SHA-256 over all the rest of the manifest. */
  readonly seal: string;
}

/** Digest of a recipe. */
export function recipeKey(recipe: Recipe): string {
  return sha256(canonicalJson(recipe));
}

/** Digest of an artifact's content. */
export function contentDigest(files: Manifest['files'], warnings: readonly Warning[]): string {
  return sha256(canonicalJson({ files, warnings }));
}

/** The manifest with its seal. */
export function withChecksum(manifest: Omit<Manifest, 'seal'>): Manifest {
  return { ...manifest, seal: sha256(canonicalJson(manifest)) };
}

/**
 * The manifest of the artifact in `folder`.
 * @throws LayerwiseError ARTIFACT_MISSING, ARTIFACT_CORRUPT, STORAGE_FAILED
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const where = join(folder, manifestFile);
  const json = await readFile(where, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new LayerwiseError('ARTIFACT_MISSING', `artifact ${basename(folder)} must have a manifest.json, got none`, {
        where,
        remedy: 'Run the experiment again: the stage will be restored or recomputed.',
      });
    throw storageError(error, where);
  });
  const corrupt = (rule: string): LayerwiseError =>
    new LayerwiseError('ARTIFACT_CORRUPT', `artifact ${basename(folder)}: manifest ${rule}`, {
      where,
      remedy: `Run the experiment again: the artifact is rebuilt. If that fails, delete ${folder}.`,
    });
  const manifest = parseManifest(json);
  if (typeof manifest === 'string') throw corrupt(manifest);
  if (manifest.id !== basename(folder)) throw corrupt(`must be of ${basename(folder)}, got that of ${manifest.id}`);
  return manifest;
}

/** The manifest in a folder, whole and of that id; undefined if there is none such that can be read. */
export function manifestIn(folder: string, id: string): Manifest | undefined {
  try {
    const manifest = parseManifest(readFileSync(join(folder, manifestFile), 'utf8'));
    return typeof manifest === 'string' || manifest.id !== id ? undefined : manifest;
  } catch {
    return undefined;
  }
}

/** Texts that were found right: comparing a manifest with its seal is most of the work of looking at an artifact, and it is looked at twice. */
const known = new Map<string, Manifest>();
const maxKnown = 2000;

/** The manifest in a text, or the rule that it breaks. Whatever the text says, paths in it stay below the artifact's folder. */
export function parseManifest(json: string): Manifest | string {
  const found = known.get(json) ?? readJson(json);
  if (typeof found === 'string') return found;
  if (known.size >= maxKnown) known.clear();
  known.set(json, found);
  return found;
}

function readJson(json: string): Manifest | string {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    return 'must be JSON';
  }
  if (!isGroup(given)) return 'must be a group of fields';
  const { seal, ...rest } = given as Manifest;
  if (rest.schema !== 1)
    return `must be of schema 1, got ${rest.schema === undefined ? 'none' : received(rest.schema)}: it was made by another version of Layerwise`;
  const actual = checksumOf(rest);
  if (actual === undefined) return 'must be nested a few levels deep, got thousands of levels';
  if (actual !== seal) return 'must match its checksum, but was changed since it was written';
  return wrongField(rest) ?? { ...rest, seal };
}

/** Undefined for what is nested so deep that it exhausts the stack. */
function checksumOf(manifest: Omit<Manifest, 'seal'>): string | undefined {
  try {
    return sha256(canonicalJson(manifest));
  } catch {
    return undefined;
  }
}

const texts = groupOf(text);

/** Of all fields but the schema and the seal. */
const form = group({
  id: text,
  stage: text,
  kind: oneOf(ARTIFACT_KINDS),
  recipe: group({
    uses: text,
    params: group({}),
    seed: orNull(real),
    inputs: texts,
    raw: listOf(group({ name: text, sha256: text })),
    code: group({ digest: text, modules: texts, dependencies: texts }),
    node: text,
  }),
  inputs: texts,
  files: groupOf(group({ bytes: count, sha256: text })),
  content: text,
  warnings: listOf(group({ code: text, message: text })),
  seconds: real,
  peakMemoryMB: real,
  finished: text,
});

/** The first rule that a manifest breaks which fits its seal: it was written by another program. */
function wrongField(manifest: Omit<Manifest, 'seal'>): string | undefined {
  const broken = form(manifest, 'manifest');
  if (broken !== undefined) return `must be of the form that Layerwise writes: ${broken}`;
  const { id, files, warnings, content } = manifest;
  if (!isInstanceId(id)) return 'must have a valid name for its id';
  if (!Object.keys(files).every(isDataFile)) return 'must list files below its folder';
  const folder = fileInPlaceOfFolder(Object.keys(files));
  if (folder !== undefined) return `must not list ${folder} as a file, since it lists files in it too`;
  return content === contentDigest(files, warnings) ? undefined : 'must match the files it lists';
}

function isGroup(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
