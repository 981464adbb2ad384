import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, LayerwiseError, sha256, type ArtifactKind, type Warning } from '@layerwise/contracts';
import type { CodeFingerprint } from './fingerprint.js';

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

/** `manifest.json`: how an artifact was made and what it holds. The last three fields vary from run to run. */
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
}

/** Digest of a recipe. */
export function recipeKey(recipe: Recipe): string {
  return sha256(canonicalJson(recipe));
}

/** Digest of an artifact's content. */
export function contentDigest(files: Manifest['files'], warnings: readonly Warning[]): string {
  return sha256(canonicalJson({ files, warnings }));
}

/**
 * The manifest of the artifact in `folder`.
 * @throws LayerwiseError ARTIFACT_MISSING, ARTIFACT_CORRUPT
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'manifest.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new LayerwiseError('ARTIFACT_MISSING', `artifact has no manifest.json`, { where: file, remedy: 'Run the experiment again: the stage will be restored or recomputed.' });
    throw error;
  });
  const manifest = parse(text);
  if (!manifest) throw new LayerwiseError('ARTIFACT_CORRUPT', 'manifest.json must be a manifest of schema 1 whose content digest fits its files', { where: file, remedy: `Delete ${folder} and run the experiment again.` });
  return manifest;
}

function parse(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Manifest;
    const sound = manifest.schema === 1 && typeof manifest.id === 'string' && typeof manifest.recipe === 'object' && manifest.content === contentDigest(manifest.files, manifest.warnings);
    return sound ? manifest : undefined;
  } catch {
    return undefined;
  }
}
