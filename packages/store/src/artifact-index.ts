import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { copiesIn } from './nx-cache.js';
import { readableNames } from './folder.js';
import { manifestIn, type Manifest } from './manifest.js';
import { serves, type ForeseenRecipe } from './staleness.js';

/** An artifact that may serve: one of the workspace, or a copy that Nx's cache holds. */
export interface IndexedArtifact {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly from: 'artifacts' | 'cache';
}

/** Reads manifests on demand, each once; what cannot be read is passed over. */
export class ArtifactIndex {
  private readonly folders = new Map<string, Manifest | undefined>();
  private listed?: readonly string[];
  private cached?: readonly { readonly id: string; readonly folder: string }[];

  /**
   * @param stages absolute path of the folder of artifacts
   * @param cache absolute path of Nx's cache, if there is one: `<hash>/artifacts/stages/<id>` below it
   * @param isWhole whether a copy in the cache that would serve is as its manifest says; without it, only sizes are compared
   */
  constructor(
    private readonly stages: string,
    private readonly cache?: string,
    private readonly isWhole: (folder: string, id: string) => boolean = () => true,
  ) {}

  /** The manifest in a folder, whole and of that id, or undefined. */
  manifest(folder: string, id: string): Manifest | undefined {
    if (!this.folders.has(folder)) this.folders.set(folder, manifestIn(folder, id));
    return this.folders.get(folder);
  }

  /** Artifacts of a stage that lie in the workspace, in the order of their ids. */
  ofStage(stage: string): readonly IndexedArtifact[] {
    this.listed ??= readableNames(this.stages).filter((name) => !name.startsWith('.'));
    const ids = this.listed.filter((id) => id.startsWith(`${stage}-`));
    return this.read(
      ids.map((id) => ({ id, folder: join(this.stages, id) })),
      'artifacts',
    );
  }

  /** Copies of a stage's artifacts in Nx's cache. */
  inCache(stage: string): readonly IndexedArtifact[] {
    this.cached ??= this.cache === undefined ? [] : copiesIn(this.cache, readableNames);
    return this.read(
      this.cached.filter(({ id }) => id.startsWith(`${stage}-`)),
      'cache',
    );
  }

  /**
   * Artifacts that serve a recipe, the best first: that of the id itself, others of the workspace, those of the cache.
   * @param damaged ids in the workspace that are not what their manifests say
   */
  async serving(
    stage: string,
    id: string,
    wanted: ForeseenRecipe,
    damaged: ReadonlySet<string> = new Set(),
  ): Promise<readonly IndexedArtifact[]> {
    const here = this.ofStage(stage).filter(
      ({ manifest }) => !damaged.has(manifest.id) && serves(manifest.recipe, wanted),
    );
    const own = here.filter(({ manifest }) => manifest.id === id);
    const unknown = Object.values(wanted.inputs).includes(null);
    if (own.length > 0 && !unknown) return own;
    const copies = this.inCache(stage).filter(({ manifest }) => serves(manifest.recipe, wanted));
    const whole = await Promise.all(copies.map(hasItsFiles));
    return [
      ...own,
      ...here.filter((found) => !own.includes(found)),
      ...copies.filter(({ folder, manifest }, index) => whole[index] && this.isWhole(folder, manifest.id)),
    ];
  }

  private read(
    entries: readonly { readonly id: string; readonly folder: string }[],
    from: IndexedArtifact['from'],
  ): IndexedArtifact[] {
    return entries.flatMap(({ id, folder }) => {
      const manifest = this.manifest(folder, id);
      return manifest ? [{ folder, from, manifest }] : [];
    });
  }
}

/** Whether every file is there in its size; its hash is compared when it is used. */
async function hasItsFiles({ folder, manifest }: IndexedArtifact): Promise<boolean> {
  const sizes = await Promise.all(
    Object.keys(manifest.files).map((file) =>
      stat(join(folder, 'data', file)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  return Object.values(manifest.files).every(({ bytes }, index) => bytes === sizes[index]);
}
