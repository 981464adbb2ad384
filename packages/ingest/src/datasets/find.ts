import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LayerwiseError, type Places } from '@layerwise/contracts';
import { arrowTable } from '../formats/arrow.js';
import { csvTable } from '../formats/csv.js';
import { idxFiles, idxFolder } from '../formats/idx.js';
import { imageFolder } from '../formats/image-folder.js';
import { npzArchive } from '../formats/npz.js';
import { parquetTable } from '../formats/parquet.js';
import type { Found } from '../samples/part.js';

/** A format, told by the file's name alone. */
interface Format {
  /** What it is called in words. */
  readonly kind: string;
  readonly name: RegExp;
  /** @param path absolute @param given the path as the study gives it */
  readonly find: (path: string, given: string) => Found;
}

const formats: readonly Format[] = [
  { kind: 'CSV table', name: /\.(csv|tsv)(\.gz)?$/i, find: csvTable },
  { kind: 'NumPy archive', name: /\.npz$/i, find: npzArchive },
  { kind: 'Parquet table', name: /\.(parquet|pq)$/i, find: parquetTable },
  { kind: 'Arrow table', name: /\.(arrow|arrows|feather|ipc)$/i, find: arrowTable },
  { kind: 'IDX files', name: /idx3?([-.]ubyte)?(\.gz)?$/i, find: idxFiles },
];

/** A file or folder that the study names, and what it is. */
export interface Located extends Found {
  readonly kind: string;
}

/**
 * Finds what a study names, by names alone: below a data folder, else below the workspace.
 * @param given relative path
 * @throws LayerwiseError DATA_MISSING if it is nowhere, DATA_INVALID if it is of no known kind or a link leads out of these folders
 */
export function find(given: string, places: Places): Located {
  const bases = [...places.data, ...(places.workspace === undefined ? [] : [places.workspace])];
  const path = bases.map((base) => join(base, given)).find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new LayerwiseError(
      'DATA_MISSING',
      `the data '${given}' must be in the data folder or the workspace, but is not: looked for ${bases.map((base) => join(base, given)).join(', ') || 'it nowhere'}`,
      { remedy: 'put it there, or correct dataset.from (or test, validation) in the study' },
    );
  }
  const allowed = bases.filter((base) => existsSync(base)).map(realOf);
  refuseLinkOut(path, allowed);
  if (statSync(path).isDirectory()) {
    const pairs = idxFolder(path, given);
    const found = pairs ?? imageFolder(path, given);
    for (const file of found.files) refuseLinkOut(file, allowed);
    return { kind: pairs ? 'IDX files' : 'folder of images', ...found };
  }
  const format = formats.find(({ name }) => name.test(given));
  if (!format)
    throw new LayerwiseError(
      'DATA_INVALID',
      `the data '${given}' must be a folder of images, IDX files (…idx3-ubyte), or end in .csv, .tsv, .npz, .parquet, .arrow or .feather`,
      { where: path, remedy: 'convert it to one of these' },
    );
  const found = format.find(path, given);
  for (const file of found.files) refuseLinkOut(file, allowed);
  return { kind: format.kind, ...found };
}

/** @param bases real paths @throws LayerwiseError DATA_INVALID if a symbolic link leads out of them */
function refuseLinkOut(path: string, bases: readonly string[]): void {
  const real = realOf(path);
  if (bases.some((base) => `${real}${sep}`.startsWith(`${base}${sep}`))) return;
  throw new LayerwiseError(
    'DATA_INVALID',
    `the data must lie in the data folder or the workspace, but a link leads out of them, to ${real}`,
    { where: path, remedy: 'copy the data there, or set LAYERWISE_DATA_DIR to the folder that holds it' },
  );
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    throw new LayerwiseError('DATA_INVALID', `the data cannot be read: ${(error as Error).message}`, {
      where: path,
      remedy: 'check the link and its permissions',
      cause: error,
    });
  }
}
