import { join } from 'node:path';
import type { ArtifactIndex } from '@layerwise/store/artifact-index';
import type { CodeFingerprint } from '@layerwise/store/fingerprint';
import type { Manifest } from '@layerwise/store/manifest';
import { differences, type ForeseenRecipe } from '@layerwise/store/staleness';
import { Store } from '@layerwise/store/store';
import type { StageInstance } from '@layerwise/study';
import { nxCache } from '../plan/folders.js';

/** The artifacts of a workspace, with the copies that Nx's cache holds. @param root absolute path of the workspace */
export function storeOf(root: string): Store {
  return new Store(join(root, 'artifacts'), nxCache(root));
}

/**
 * What the bytes of an instance's artifact depend on, here and now.
 * @param inputs content of each input; null for what is not known yet
 */
export function recipeOf(
  instance: StageInstance,
  code: CodeFingerprint,
  inputs: ForeseenRecipe['inputs'],
): ForeseenRecipe {
  return {
    uses: instance.uses,
    params: instance.params,
    seed: instance.seed,
    inputs,
    raw: instance.raw?.files ?? [],
    code,
    node: process.version,
  };
}

/** The manifest to compare a recipe with: the instance's own, else that of its stage which differs in least. */
export function nearestTo(
  artifactIndex: ArtifactIndex,
  { id, stage }: { readonly id: string; readonly stage: string },
  wanted: ForeseenRecipe,
): Manifest | undefined {
  const there = artifactIndex.ofStage(stage).map(({ manifest }) => manifest);
  const own = there.find((manifest) => manifest.id === id);
  if (own) return own;
  const ranked = there.map((manifest) => ({ manifest, count: differences(manifest.recipe, wanted).length }));
  return ranked.sort((a, b) => a.count - b.count || (a.manifest.id < b.manifest.id ? -1 : 1))[0]?.manifest;
}
