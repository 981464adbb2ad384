import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  LayerwiseError,
  missingFiles,
  rowsInMemory,
  sha256,
  wrongForm,
  type ArtifactKind,
  type ArtifactReader,
  type MadeBy,
  type MatrixRows,
  type MatrixTable,
  type ResultTable,
} from '@layerwise/contracts';
import { readManifest, type FileRecord, type Manifest } from './manifest.js';
import { storageError } from './storage.js';

/** Bytes of a file that is read piece by piece. */
const PIECE_BYTES = 1 << 20;

/** An artifact in a folder of the store; what it hands out has been compared with the manifest's size and SHA-256. */
export class StoredArtifact implements ArtifactReader {
  readonly kind: ArtifactKind;
  readonly files: readonly string[];
  readonly made: MadeBy;

  private constructor(
    /** Absolute path. */
    readonly folder: string,
    readonly manifest: Manifest,
    private readonly patience: number,
  ) {
    this.kind = manifest.kind;
    this.files = Object.keys(manifest.files);
    const { stage, recipe, seconds, peakMemoryMB, warnings } = manifest;
    this.made = { stage, params: recipe.params, seconds, peakMemoryMB, warnings };
  }

  /**
   * @param patience ms for which a file that is missing or damaged is read again: another run may be restoring the artifact
   * @throws LayerwiseError ARTIFACT_MISSING, ARTIFACT_CORRUPT (of the manifest)
   */
  static open(folder: string, patience = 0): Promise<StoredArtifact> {
    return patiently(patience, async () => new StoredArtifact(folder, await readManifest(folder), patience));
  }

  has(file: string): boolean {
    return Object.hasOwn(this.manifest.files, file);
  }

  bytes(file: string): Promise<Uint8Array> {
    return patiently(this.patience, () => this.read(file));
  }

  private async read(file: string): Promise<Uint8Array> {
    const record = this.recordOf(file);
    const path = this.pathOf(file);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => this.unread(error, path));
    this.compare(path, record, { bytes: bytes.length, sha256: sha256(bytes) });
    return bytes;
  }

  private recordOf(file: string): FileRecord {
    const record = this.has(file) ? this.manifest.files[file] : undefined;
    if (!record) throw this.unsound(`it has no file '${file}'; it has ${this.files.join(', ')}`);
    return record;
  }

  private unread(error: NodeJS.ErrnoException, path: string): never {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw this.damaged(path, 'must be there, but is missing', 'ARTIFACT_MISSING');
    throw storageError(error, path);
  }

  private compare(path: string, record: FileRecord, { bytes, sha256: actual }: FileRecord): void {
    if (bytes !== record.bytes) throw this.damaged(path, `must have ${record.bytes} bytes, got ${bytes}`);
    if (actual !== record.sha256)
      throw this.damaged(path, `must have SHA-256 ${record.sha256.slice(0, 12)}…, got ${actual.slice(0, 12)}…`);
  }

  async rows(name: string): Promise<MatrixRows> {
    const file = `${name}.arrow`;
    const { hashOf, openRows } = await import('./arrow-rows.js');
    const found = await patiently(this.patience, async () => {
      const path = this.pathOf(file);
      const record = this.recordOf(file);
      const handle = await open(path).catch((error: NodeJS.ErrnoException) => this.unread(error, path));
      try {
        this.compare(path, record, await hashOf(handle));
        const rows = await openRows(handle, path);
        if (!rows) await handle.close();
        return rows;
      } catch (error) {
        await handle.close();
        throw error instanceof LayerwiseError ? error : storageError(error, path);
      }
    });
    // A file of several batches, as other programs write them, is read as a whole.
    return found ?? rowsInMemory(await this.matrix(name));
  }

  private damaged(
    path: string,
    rule: string,
    code: 'ARTIFACT_CORRUPT' | 'ARTIFACT_MISSING' = 'ARTIFACT_CORRUPT',
    cause?: unknown,
  ): LayerwiseError {
    return new LayerwiseError(code, `artifact ${this.manifest.id}: file ${rule}`, {
      where: path,
      remedy: 'Run the experiment again: the artifact is rebuilt.',
      cause,
    });
  }

  async matrix(name: string): Promise<MatrixTable> {
    const { decodeArrow } = await import('./arrow.js');
    return this.decoded(`${name}.arrow`, decodeArrow);
  }

  async table(name: string): Promise<ResultTable> {
    const { decodeParquet } = await import('./parquet.js');
    return this.decoded(`${name}.parquet`, decodeParquet);
  }

  async json<T>(name: string): Promise<T> {
    const value = await this.decoded(
      `${name}.json`,
      (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown,
    );
    const broken = wrongForm(this.kind, name, value);
    if (broken !== undefined) throw this.unsound(broken);
    return value as T;
  }

  /** A file may be as the manifest says and yet not what its name says, if it was written by another program or version. */
  private async decoded<T>(file: string, decode: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
    const bytes = await this.bytes(file);
    try {
      return await decode(bytes);
    } catch (error) {
      throw this.damaged(
        this.pathOf(file),
        `must be readable as ${file.slice(file.lastIndexOf('.') + 1)}: ${error instanceof Error ? error.message : String(error)}`,
        'ARTIFACT_CORRUPT',
        error,
      );
    }
  }

  private pathOf(file: string): string {
    return join(this.folder, 'data', file);
  }

  private unsound(fault: string): LayerwiseError {
    return new LayerwiseError(
      'ARTIFACT_CORRUPT',
      `artifact ${this.manifest.id} must be as artifacts of kind ${this.kind} are, but: ${fault}`,
      { where: this.folder, remedy: 'Run the experiment again: the artifact is rebuilt.' },
    );
  }

  /** Reads and compares every file, and the form of those of JSON. @throws LayerwiseError naming the first file that is missing or damaged */
  async verify(): Promise<void> {
    const [missing] = missingFiles(this.kind, new Set(this.files));
    if (missing !== undefined) throw this.unsound(`${missing} is missing`);
    for (const file of this.files) {
      if (file.endsWith('.json')) await this.json(file.slice(0, -5));
      else await drain(this.pieces(file));
    }
  }

  /** A file piece by piece, of which one at a time is held. @throws as `bytes`, with the last piece: before that nothing is known to be right */
  async *pieces(file: string): AsyncGenerator<Uint8Array> {
    const record = this.recordOf(file);
    const path = this.pathOf(file);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    } catch (error) {
      this.unread(error as NodeJS.ErrnoException, path);
    }
    this.compare(path, record, { bytes, sha256: hash.digest('hex') });
  }
}

const pause = 100;

/** Tries again for a while what fails because an artifact is not whole. */
async function patiently<T>(patience: number, work: () => Promise<T>): Promise<T> {
  for (let left = patience; ; left -= pause) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof LayerwiseError && ['ARTIFACT_MISSING', 'ARTIFACT_CORRUPT'].includes(error.code);
      if (!passing || left <= 0) throw error;
    }
    await sleep(pause);
  }
}

async function drain(pieces: AsyncGenerator<unknown>): Promise<void> {
  while (!(await pieces.next()).done);
}
