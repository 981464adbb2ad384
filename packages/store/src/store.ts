import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LayerwiseError, type ArtifactKind, type Warning } from '@layerwise/contracts';
import { CheckpointFile, readUnfinished, type CheckpointOptions, type UnfinishedRun } from './checkpoint.js';
import { liveHolder, type Holder } from '@layerwise/contracts/lease';
import { withLock, type Waiting } from './lock.js';
import { contentDigest, manifestIn, recipeKey, withChecksum, type Manifest, type Recipe } from './manifest.js';
import { isInstanceId } from './names.js';
import { StoredArtifact } from './reader.js';
import { replaceFile } from './replacement.js';
import { ArtifactIndex } from './artifact-index.js';
import { onDisk, syncFolder } from './storage.js';
import { FolderWriter } from './writer.js';

/** Beside the manifest: the digest of the content alone, for those who compare files. */
const contentFile = 'content';

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

/** Why the last run of an instance failed, as `failure.json` beside the files it had written says. */
export interface Failure {
  /** {@link recipeKey} of what was run. */
  readonly recipe: string;
  readonly code: string;
  readonly message: string;
  /** File, optionally with `:line`, that the message is about. */
  readonly where?: string;
  /** What to do next. */
  readonly remedy?: string;
  /** Names of the files. */
  readonly files: readonly string[];
}

/** The artifacts of a workspace, below `artifacts/`. */
export class Store {
  private readonly stages: string;

  /**
   * @param root absolute path of the artifacts folder
   * @param cache absolute path of Nx's cache, whose copies serve too
   */
  constructor(
    readonly root: string,
    private readonly cache?: string,
  ) {
    this.stages = join(root, 'stages');
  }

  /** What there is now to serve a recipe. @param isWhole see {@link ArtifactIndex} */
  artifactIndex(isWhole?: (folder: string, id: string) => boolean): ArtifactIndex {
    return new ArtifactIndex(this.stages, this.cache, isWhole);
  }

  /** Folder of a stage instance's artifact. */
  folder(id: string): string {
    if (!isInstanceId(id))
      throw new TypeError(`the id of an instance must consist of letters, digits, '_', '-' and '.', got '${id}'`);
    return join(this.stages, id);
  }

  /** The manifest of an instance's artifact, or undefined if there is none that can be read. */
  manifest(id: string): Manifest | undefined {
    return manifestIn(this.folder(id), id);
  }

  /** See {@link StoredArtifact.open}. @throws LayerwiseError ARTIFACT_MISSING, ARTIFACT_CORRUPT */
  open(id: string, patience?: number): Promise<StoredArtifact> {
    return StoredArtifact.open(this.folder(id), patience);
  }

  /** Runs `work` while no other process computes the same instance. */
  lock<T>(id: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
    return withLock(this.lockFolder(id), waiting, work);
  }

  /** The process that computes the instance now, if there is one, which takes some seconds to see. */
  holder(id: string): Promise<Holder | undefined> {
    return liveHolder(this.lockFolder(id));
  }

  private lockFolder(id: string): string {
    return join(this.root, '.locks', basename(this.folder(id)));
  }

  /** Where the run of a recipe keeps its state. */
  checkpoint({ id, recipe }: Draft, options: Pick<CheckpointOptions, 'every' | 'log' | 'onResume'>): CheckpointFile {
    return new CheckpointFile(this.checkpointPath(id), { id, recipe: recipeKey(recipe), ...options });
  }

  /** What is known of the instance's last run if that was stopped; undefined if it kept nothing. */
  unfinished(id: string): Promise<UnfinishedRun | undefined> {
    return readUnfinished(this.checkpointPath(id));
  }

  private checkpointPath(id: string): string {
    return join(this.root, checkpointsFolder, basename(this.folder(id)));
  }

  /** Folder of the files that the instance's last run had written when it failed. */
  failedFolder(id: string): string {
    return join(this.root, 'failed', basename(this.folder(id)), 'data');
  }

  /** What is known of the instance's last run if that failed; its files are in {@link failedFolder}. */
  async failure(id: string): Promise<Failure | undefined> {
    const data = this.failedFolder(id);
    try {
      const { recipe, code, message, where, remedy } = JSON.parse(
        await readFile(join(data, '..', failureFile), 'utf8'),
      ) as Omit<Failure, 'files'>;
      if (![recipe, code, message].every((text) => typeof text === 'string')) return undefined;
      return {
        recipe,
        code,
        message,
        ...(typeof where === 'string' ? { where } : {}),
        ...(typeof remedy === 'string' ? { remedy } : {}),
        files: (await readdir(data)).sort(),
      };
    } catch {
      return undefined;
    }
  }

  /** The intact artifact that has this recipe, under whatever id, in the workspace or in Nx's cache; damaged ones are passed over. */
  async find({ recipe, stage, id }: Draft): Promise<StoredArtifact | undefined> {
    const noted = (await this.noteOf(recipe))?.id;
    for (const candidate of new Set([id, noted])) {
      const found = candidate === undefined ? undefined : await this.intact(this.folder(candidate), recipe);
      if (found) return found;
    }
    for (const { folder } of await this.artifactIndex().serving(stage, id, recipe)) {
      const found = await this.intact(folder, recipe);
      if (found) return found;
    }
    return undefined;
  }

  private async intact(folder: string, recipe: Recipe): Promise<StoredArtifact | undefined> {
    try {
      const artifact = await StoredArtifact.open(folder);
      if (recipeKey(artifact.manifest.recipe) !== recipeKey(recipe)) return undefined;
      await artifact.verify();
      return artifact;
    } catch (error) {
      if (error instanceof LayerwiseError) return undefined;
      throw error;
    }
  }

  /** What is noted of a recipe that was made once: the artifact, which may be gone, and its content, which would be the same again. */
  async noteOf(recipe: Recipe): Promise<{ readonly id: string; readonly content?: string } | undefined> {
    const [id = '', content] = (await readFile(join(this.root, '.recipes', recipeKey(recipe)), 'utf8').catch(() => ''))
      .trim()
      .split(' ');
    return isInstanceId(id) ? { id, ...(content ? { content } : {}) } : undefined;
  }

  /** Gives an artifact of equal recipe a second place, under the draft's id. */
  adopt(draft: Draft, from: StoredArtifact): Promise<Manifest> {
    return this.compute(draft, async (output) => {
      for (const file of from.files) await output.copy(file, from.pieces(file));
      const { warnings, seconds, peakMemoryMB } = from.manifest;
      return { warnings, seconds, peakMemoryMB };
    });
  }

  /**
   * Lets `work` write files, then makes them visible at once, by rename, beside their manifest.
   * If `work` throws, what it wrote is kept in `artifacts/failed/<id>` for a look until the next run, and the error passes on;
   * unless the disk is full: then it is removed. The caller holds the lock of the id.
   */
  async compute(draft: Draft, work: (output: FolderWriter) => Promise<Outcome>): Promise<Manifest> {
    const temporary = await onDisk(this.stages, () => this.temporaryFolder(draft.id));
    try {
      const output = new FolderWriter(join(temporary, 'data'));
      const { warnings, seconds, peakMemoryMB } = await work(output);
      await output.sync();
      const files = output.files();
      const manifest = withChecksum({
        schema: 1,
        ...draft,
        files,
        content: contentDigest(files, warnings),
        warnings,
        seconds,
        peakMemoryMB,
        finished: new Date().toISOString(),
      });
      await onDisk(this.folder(draft.id), () => this.publish(temporary, manifest));
      return manifest;
    } catch (error) {
      await this.keepFailed(draft, temporary, error);
      throw error;
    }
  }

  /** Writes the digest of an artifact's content beside its manifest, if it is not there: Nx takes what follows for changed by it. */
  async noteContent({ id, content }: Manifest): Promise<void> {
    const file = join(this.folder(id), contentFile);
    const text = `${content}\n`;
    if ((await readFile(file, 'utf8').catch(() => '')) !== text)
      await onDisk(file, () => writeFile(file, text, { flush: true }));
  }

  /** Ids of all published artifacts, sorted. */
  async list(): Promise<readonly string[]> {
    const names = await readdir(this.stages).catch(() => []);
    return names.filter((name) => !name.startsWith('.')).sort();
  }

  /** Removes an artifact. */
  async remove(id: string): Promise<void> {
    await onDisk(this.folder(id), () => rm(this.folder(id), { recursive: true, force: true }));
  }

  /** A new folder on the same file system; those left by processes that died are cleared first. One that was only suspended then fails, and asks again. */
  private async temporaryFolder(id: string): Promise<string> {
    await mkdir(this.stages, { recursive: true });
    for (const name of await readdir(this.stages)) {
      if (ownerOfLeftover(name) === id)
        await rm(join(this.stages, name), { recursive: true, force: true, maxRetries: 5 });
    }
    const folder = join(this.stages, `.new-${basename(this.folder(id))}-${randomUUID()}`);
    await mkdir(join(folder, 'data'), { recursive: true });
    return folder;
  }

  private async publish(temporary: string, manifest: Manifest): Promise<void> {
    await writeFile(join(temporary, contentFile), `${manifest.content}\n`, { flush: true });
    await writeFile(join(temporary, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`, { flush: true });
    await syncFolder(temporary);
    const folder = this.folder(manifest.id);
    const old = join(this.stages, `.old-${manifest.id}-${randomUUID()}`);
    await replaceFolder(temporary, folder, old);
    await syncFolder(this.stages);
    await rm(old, { recursive: true, force: true });
    await rm(join(this.root, 'failed', manifest.id), { recursive: true, force: true });
    await this.noteRecipe(manifest);
  }

  /** For {@link noteOf}: which artifact has a recipe, by the recipe's digest. */
  private async noteRecipe({ recipe, id, content }: Manifest): Promise<void> {
    await replaceFile(join(this.root, '.recipes', recipeKey(recipe)), [`${id} ${content}`]);
  }

  /** Never throws: the error that brought it here is the one to show. */
  private async keepFailed({ id, recipe }: Draft, temporary: string, error: unknown): Promise<void> {
    const failed = join(this.root, 'failed', id);
    const full =
      error instanceof LayerwiseError &&
      ['ENOSPC', 'EDQUOT'].includes((error.cause as NodeJS.ErrnoException | undefined)?.code ?? '');
    try {
      if (full) return await rm(temporary, { recursive: true, force: true });
      await rm(failed, { recursive: true, force: true });
      await mkdir(join(this.root, 'failed'), { recursive: true });
      const { code = 'STAGE_FAILED', message, where, remedy } = error as Partial<LayerwiseError> & Error;
      await writeFile(
        join(temporary, failureFile),
        `${JSON.stringify({ recipe: recipeKey(recipe), code, message, where, remedy }, null, 1)}\n`,
      );
      await rename(temporary, failed);
    } catch {
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

const failureFile = 'failure.json';

/** Below the artifacts folder; one file for each instance that has a checkpoint. */
export const checkpointsFolder = '.checkpoints';

/** Puts a folder in the place of another. Nx, which takes no lock, may be restoring the other at the same time: then it is put away again. */
async function replaceFolder(from: string, to: string, old: string): Promise<void> {
  for (let tries = 10; ; tries--) {
    await rename(to, old).catch(ignoreMissing);
    try {
      return await rename(from, to);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '') || tries === 0) throw error;
      await rm(old, { recursive: true, force: true });
    }
  }
}

/** What a process that died leaves: `.new-<id>-<uuid>`, `.old-<id>-<uuid>`. */
const leftover = /^\.(?:new|old)-(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id of the instance that a folder in `stages/` was for, if a process that died left it there. */
export function ownerOfLeftover(name: string): string | undefined {
  return leftover.exec(name)?.[1];
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
