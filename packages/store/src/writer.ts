import { createHash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactWriter, MatrixShape, MatrixTable, ResultTable, WriteRows } from '@layerwise/contracts';
import type { FileRecord } from './manifest.js';
import { isDataFile } from './names.js';
import { onDisk, syncFolder } from './storage.js';

/** Writes data files below a folder, each synced to disk and hashed on the way. */
export class FolderWriter implements ArtifactWriter {
  private readonly records = new Map<string, FileRecord>();
  private made = false;

  /** @param folder is made with the first file, and not again: if it is taken away, what was written is gone, and writing fails */
  constructor(private readonly folder: string) {}

  async matrix(name: string, table: MatrixTable): Promise<void> {
    const { encodeArrow } = await import('./arrow.js');
    await this.write(`${name}.arrow`, encodeArrow(table));
  }

  async fill(name: string, shape: MatrixShape, work: (write: WriteRows) => Promise<void>): Promise<void> {
    const [{ writeRows }, { hashOf }] = await Promise.all([import('./arrow-writer.js'), import('./arrow-rows.js')]);
    await this.place(`${name}.arrow`, 'wx+', async (handle) => {
      await writeRows(handle, shape, work);
      // Rows of all columns come by turns, so only the whole file can be hashed.
      return hashOf(handle);
    });
  }

  /** Copies a file of another artifact, in pieces. */
  async copy(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.write(file, pieces);
  }

  async table(name: string, table: ResultTable): Promise<void> {
    const { encodeParquet } = await import('./parquet.js');
    await this.write(`${name}.parquet`, [await encodeParquet(table)]);
  }

  async json(name: string, value: unknown): Promise<void> {
    await this.bytes(`${name}.json`, `${JSON.stringify(value, null, 1)}\n`);
  }

  async bytes(file: string, data: Uint8Array | string): Promise<void> {
    await this.write(file, [typeof data === 'string' ? Buffer.from(data, 'utf8') : data]);
  }

  /** Records of the files written so far, sorted by name. */
  files(): Record<string, FileRecord> {
    return Object.fromEntries([...this.records].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Makes the folders survive a loss of power, as the files in them do already. */
  async sync(): Promise<void> {
    const folders = new Set([
      this.folder,
      ...[...this.records.keys()].flatMap((file) => ancestors(join(this.folder, file), this.folder)),
    ]);
    for (const folder of folders) await onDisk(folder, () => syncFolder(folder));
  }

  private write(file: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    return this.place(file, 'wx', (handle) => writePieces(handle, pieces));
  }

  /** Makes a file, lets `work` write it, and syncs and records it. */
  private async place(file: string, flags: string, work: (handle: FileHandle) => Promise<FileRecord>): Promise<void> {
    if (!isDataFile(file))
      throw new TypeError(
        `a file of an artifact must have a name of letters, digits, '_', '-' and '.', with '/' for folders, got '${file}'`,
      );
    if (this.records.has(file)) throw new TypeError(`the stage wrote '${file}' twice`);
    const path = join(this.folder, file);
    await onDisk(path, () => this.makeFolders(file));
    this.records.set(file, await onDisk(path, () => writeFile(path, flags, work)));
  }

  private async makeFolders(file: string): Promise<void> {
    if (!this.made) await mkdir(this.folder, { recursive: true });
    this.made = true;
    for (const folder of ancestors(join(this.folder, file), this.folder).reverse())
      await mkdir(folder).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function ancestors(path: string, top: string): string[] {
  const folder = dirname(path);
  return folder === top ? [] : [folder, ...ancestors(folder, top)];
}

async function writeFile(
  path: string,
  flags: string,
  work: (handle: FileHandle) => Promise<FileRecord>,
): Promise<FileRecord> {
  const handle = await open(path, flags);
  try {
    const record = await work(handle);
    await handle.sync();
    return record;
  } finally {
    await handle.close();
  }
}

async function writePieces(
  handle: FileHandle,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<FileRecord> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces) {
    await handle.writeFile(piece);
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
