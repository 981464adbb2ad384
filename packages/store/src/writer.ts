import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { ArtifactWriter, MatrixTable, ResultTable } from '@layerwise/contracts';
import { encodeArrow } from './arrow.js';
import type { FileRecord } from './manifest.js';
import { encodeParquet } from './parquet.js';

/** Writes data files below a folder, each synced to disk and hashed on the way. */
export class FolderWriter implements ArtifactWriter {
  private readonly records = new Map<string, FileRecord>();

  constructor(private readonly folder: string) {}

  async matrix(name: string, table: MatrixTable): Promise<void> {
    await this.write(`${name}.arrow`, encodeArrow(table));
  }

  async table(name: string, table: ResultTable): Promise<void> {
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

  private async write(file: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const path = normalize(join(this.folder, file));
    if (!path.startsWith(this.folder + sep)) throw new TypeError(`a file of an artifact must lie below its folder, got '${file}'`);
    if (this.records.has(file)) throw new TypeError(`the stage wrote '${file}' twice`);
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'wx');
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const piece of pieces) {
        await handle.writeFile(piece);
        hash.update(piece);
        bytes += piece.length;
      }
      await handle.sync();
      this.records.set(file, { bytes, sha256: hash.digest('hex') });
    } finally {
      await handle.close();
    }
  }
}
