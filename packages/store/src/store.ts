import { randomUUID } from 'node:crypto';
import { cp, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LayerwiseError, type ArtifactKind, type Warning } from '@layerwise/contracts';
import { withLock, type Waiting } from './lock.js';
import { contentDigest, readManifest, recipeKey, type Manifest, type Recipe } from './manifest.js';
import { StoredArtifact } from './reader.js';
import { FolderWriter } from './writer.js';

/** What is to be published, before its files are known. */
export interface Draft {
  readonly id: string;
  readonly stage: string;
  readonly kind: ArtifactKind;
  readonly recipe: Recipe;
  readonly inputs: Readonly<Record<string, string>>;
}

/** What a stage reports when it is done. */
export interface Outcome {
  readonly warnings: readonly Warning[];
  readonly seconds: number;
  readonly peakMemoryMB: number;
}

/** The artifacts of a workspace, below `artifacts/`. */
export class Store {
  private readonly stages: string;

  /** @param root absolute path of the artifacts folder */
  constructor(readonly root: string) {
    this.stages = join(root, 'stages');
  }

  /** Folder of a stage instance's artifact. */
  folder(id: string): string {
    return join(this.stages, id);
  }

  /** @throws LayerwiseError ARTIFACT_MISSING, ARTIFACT_CORRUPT */
  open(id: string): Promise<StoredArtifact> {
    return StoredArtifact.open(this.folder(id));
  }

  /** Runs `work` while no other process computes the same instance. */
  lock<T>(id: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
    return withLock(join(this.root, '.locks', id), waiting, work);
  }

  /** The intact artifact that has this recipe, under whatever id; damaged ones are passed over. */
  async find(recipe: Recipe, id: string): Promise<StoredArtifact | undefined> {
    const key = recipeKey(recipe);
    const noted = await readFile(join(this.root, '.recipes', key), 'utf8').catch(() => '');
    for (const candidate of new Set([id, noted.trim()])) {
      if (!candidate) continue;
      try {
        const artifact = await this.open(candidate);
        if (recipeKey(artifact.manifest.recipe) !== key) continue;
        await artifact.verify();
        return artifact;
      } catch (error) {
        if (!(error instanceof LayerwiseError)) throw error;
      }
    }
    return undefined;
  }

  /** Gives an artifact of equal recipe a second place, under the draft's id. */
  async adopt(draft: Draft, from: StoredArtifact): Promise<Manifest> {
    const aside = await this.aside(draft.id);
    await cp(join(this.folder(from.manifest.id), 'data'), join(aside, 'data'), { recursive: true });
    return this.publish(aside, { ...from.manifest, ...draft });
  }

  /**
   * Lets `work` write files, then makes them visible at once, by rename, beside their manifest.
   * If `work` throws, what it wrote is kept in `artifacts/failed/<id>` for a look, and the error passes on.
   */
  async compute(draft: Draft, work: (output: FolderWriter) => Promise<Outcome>): Promise<Manifest> {
    const aside = await this.aside(draft.id);
    const output = new FolderWriter(join(aside, 'data'));
    let outcome: Outcome;
    try {
      outcome = await work(output);
    } catch (error) {
      await this.keepFailed(draft.id, aside);
      throw error;
    }
    const files = output.files();
    const { warnings } = outcome;
    return this.publish(aside, { schema: 1, ...draft, files, content: contentDigest(files, warnings), ...outcome, finished: new Date().toISOString() });
  }

  /** Ids of all published artifacts, sorted. */
  async list(): Promise<readonly string[]> {
    const names = await readdir(this.stages).catch(() => []);
    return names.filter((name) => !name.startsWith('.')).sort();
  }

  /** Removes an artifact. */
  async remove(id: string): Promise<void> {
    await rm(this.folder(id), { recursive: true, force: true });
  }

  /** A new folder on the same file system; those left by processes that died are cleared first (the caller holds the lock). */
  private async aside(id: string): Promise<string> {
    await mkdir(this.stages, { recursive: true });
    const left = (await readdir(this.stages)).filter((name) => name.startsWith(`.new-${id}-`) || name.startsWith(`.old-${id}-`));
    for (const name of left) await rm(join(this.stages, name), { recursive: true, force: true });
    const folder = join(this.stages, `.new-${id}-${randomUUID()}`);
    await mkdir(join(folder, 'data'), { recursive: true });
    return folder;
  }

  private async publish(aside: string, manifest: Manifest): Promise<Manifest> {
    await writeFile(join(aside, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    const folder = this.folder(manifest.id);
    const old = join(this.stages, `.old-${manifest.id}-${randomUUID()}`);
    await rename(folder, old).catch(ignoreMissing);
    await rename(aside, folder);
    await syncFolder(this.stages);
    await rm(old, { recursive: true, force: true });
    await mkdir(join(this.root, '.recipes'), { recursive: true });
    await writeFile(join(this.root, '.recipes', recipeKey(manifest.recipe)), manifest.id);
    return manifest;
  }

  private async keepFailed(id: string, aside: string): Promise<void> {
    const failed = join(this.root, 'failed', id);
    await rm(failed, { recursive: true, force: true });
    await mkdir(join(this.root, 'failed'), { recursive: true });
    await rename(aside, failed);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The manifest in an instance's folder, or undefined if there is none that can be read. */
export async function manifestIfAny(store: Store, id: string): Promise<Manifest | undefined> {
  try {
    return await readManifest(store.folder(id));
  } catch (error) {
    if (error instanceof LayerwiseError) return undefined;
    throw error;
  }
}
