import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';

/** Folders in artifacts/ that stages and runs write. */
const folders = ['failed', '.locks', '.checkpoints', '.recipes', '.runs'];

/**
 * Refuses artifacts whose folders are none. Where Nx restores from its cache it replaces a link in the path by a folder,
 * and what the link led to would be lost sight of.
 * @param root absolute path of the artifacts folder
 * @throws LayerwiseError STORAGE_FAILED naming the first that is out of place
 */
export function refuseMisplaced(root: string): void {
  const stages = join(root, 'stages');
  for (const folder of [root, stages]) refuseLink(folder);
  const ids = lstatSync(stages, { throwIfNoEntry: false })
    ? readdirSync(stages).filter((name) => !name.startsWith('.'))
    : [];
  for (const id of ids) refuseLink(join(stages, id));
  for (const name of folders) refuseFile(join(root, name));
}

function refuseLink(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isSymbolicLink()) return refuseFile(path, stats);
  const target = readlinkSync(path);
  throw new LayerwiseError(
    'STORAGE_FAILED',
    `${basename(path)} must be a folder, got a link to ${target}: Nx would put a folder in its place when it restores an artifact`,
    {
      where: path,
      remedy: `Put a folder in the place of the link and mount the other there (mount --bind ${target} ${path}), or keep the whole workspace there and link to that.`,
    },
  );
}

function refuseFile(path: string, stats: Stats | undefined = lstatSync(path, { throwIfNoEntry: false })): void {
  if (stats?.isFile())
    throw new LayerwiseError('STORAGE_FAILED', `${basename(path)} must be a folder, got a file`, {
      where: path,
      remedy: 'Move the file away and run again.',
    });
}
