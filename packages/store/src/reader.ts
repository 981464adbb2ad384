import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LayerwiseError, sha256, type ArtifactKind, type ArtifactReader, type MadeBy, type MatrixTable, type ResultTable } from '@layerwise/contracts';
import { decodeArrow } from './arrow.js';
import { readManifest, type Manifest } from './manifest.js';
import { decodeParquet } from './parquet.js';

/** An artifact in a folder of the store; what it hands out has been compared with the manifest's size and SHA-256. */
export class StoredArtifact implements ArtifactReader {
  readonly kind: ArtifactKind;
  readonly files: readonly string[];
  readonly made: MadeBy;

  private constructor(
    private readonly folder: string,
    readonly manifest: Manifest,
  ) {
    this.kind = manifest.kind;
    this.files = Object.keys(manifest.files);
    const { stage, recipe, seconds, peakMemoryMB, warnings } = manifest;
    this.made = { stage, params: recipe.params, seconds, peakMemoryMB, warnings };
  }

  /** @throws LayerwiseError ARTIFACT_MISSING, ARTIFACT_CORRUPT (of the manifest) */
  static async open(folder: string): Promise<StoredArtifact> {
    return new StoredArtifact(folder, await readManifest(folder));
  }

  has(file: string): boolean {
    return Object.hasOwn(this.manifest.files, file);
  }

  async bytes(file: string): Promise<Uint8Array> {
    const record = this.manifest.files[file];
    const path = join(this.folder, 'data', file);
    if (!record) throw new TypeError(`artifact ${this.manifest.id} has no file '${file}'; it has ${this.files.join(', ')}`);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw this.damaged(path, 'must be there, but is missing', 'ARTIFACT_MISSING');
      throw error;
    });
    if (bytes.length !== record.bytes) throw this.damaged(path, `must have ${record.bytes} bytes, got ${bytes.length}`);
    const actual = sha256(bytes);
    if (actual !== record.sha256) throw this.damaged(path, `must have SHA-256 ${record.sha256.slice(0, 12)}…, got ${actual.slice(0, 12)}…`);
    return bytes;
  }

  private damaged(path: string, rule: string, code: 'ARTIFACT_CORRUPT' | 'ARTIFACT_MISSING' = 'ARTIFACT_CORRUPT'): LayerwiseError {
    return new LayerwiseError(code, `artifact ${this.manifest.id}: file ${rule}`, { where: path, remedy: 'Run the experiment again: the artifact is rebuilt.' });
  }

  async matrix(name: string): Promise<MatrixTable> {
    return decodeArrow(await this.bytes(`${name}.arrow`));
  }

  async table(name: string): Promise<ResultTable> {
    return decodeParquet(await this.bytes(`${name}.parquet`));
  }

  async json<T>(name: string): Promise<T> {
    return JSON.parse(Buffer.from(await this.bytes(`${name}.json`)).toString('utf8')) as T;
  }

  /** Reads and compares every file. @throws LayerwiseError naming the first file that is missing or damaged */
  async verify(): Promise<void> {
    for (const file of this.files) await this.bytes(file);
  }
}
