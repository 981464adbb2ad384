import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { LayerwiseError, type Places } from '@layerwise/contracts';
import type { Format, Found } from '../formats/format.js';
import { describeFormats, formatOf, formats } from '../formats/list.js';

/** A file or folder that the study names, and what it is. */
export interface Located extends Found {
  readonly format: Format;
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
    const tried = bases.map((base) => join(base, given)).join(', ') || 'it nowhere';
    throw new LayerwiseError(
      'DATA_MISSING',
      `the data '${given}' must be in the data folder or the workspace, but is not: looked for ${tried}`,
      { remedy: 'put it there, or correct dataset.from (or test, validation) in the study' },
    );
  }
  const allowed = bases.filter((base) => existsSync(base)).map(realOf);
  refuseLinkOut(path, allowed);
  const located = statSync(path).isDirectory() ? locateFolder(path, given) : locateFile(path, given);
  for (const file of located.files) refuseLinkOut(file, allowed);
  return located;
}

function locateFolder(path: string, given: string): Located {
  for (const format of formats) {
    const found = format.folder?.(path, given);
    if (found) return { format, ...found };
  }
  throw unknownFormat(path, given);
}

function locateFile(path: string, given: string): Located {
  const format = formatOf(given);
  if (!format?.file) throw unknownFormat(path, given);
  return { format, ...format.file(path, given) };
}

function unknownFormat(path: string, given: string): LayerwiseError {
  return new LayerwiseError('DATA_INVALID', `the data '${given}' must be one of: ${describeFormats()}`, {
    where: path,
    remedy: 'convert it, or give its name the ending of its format',
  });
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
