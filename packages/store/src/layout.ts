import { lstatSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { namesIn } from './folder.js';
import { takenPlace } from './storage.js';

/** Folders in artifacts/ that stages and runs write. */
const folders = ['failed', '.locks', '.checkpoints', '.recipes', '.runs'];

/**
 * Refuses artifacts whose folders are none. Where Nx restores from its cache it replaces a link in the path by a folder,
 * and what the link led to would be lost sight of.
 * @param root absolute path of the artifacts folder
 * @throws LayerwiseError STORAGE_FAILED naming the first that is out of place
 */
export function refuseMisplaced(root: string): void {
  const [first] = findMisplaced(root);
  if (first) throw first;
}

/** The folders of artifacts that are none, as errors to show. @param others paths below the artifacts folder that must be folders too */
export function findMisplaced(root: string, others: readonly string[] = []): readonly LayerwiseError[] {
  const stages = join(root, 'stages');
  const ownFault = faultOf(root);
  if (ownFault) return [ownFault];
  const stagesFault = faultOf(stages);
  const ids = stagesFault ? [] : namesIn(stages).filter((name) => !name.startsWith('.'));
  return [
    ...(stagesFault ? [stagesFault] : []),
    ...ids.flatMap((id) => faultOf(join(stages, id)) ?? []),
    ...[...folders, ...others].flatMap((name) => fileIn(join(root, name)) ?? []),
  ];
}

/** Why a folder, which must be no link, is none. */
function faultOf(path: string): LayerwiseError | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return fileIn(path);
  const target = readlinkSync(path);
  return new LayerwiseError(
    'STORAGE_FAILED',
    `${basename(path)} must be a folder, got a link to ${target}: Nx would put a folder in its place when it restores an artifact`,
    {
      where: path,
      remedy:
        `Put a folder in the place of the link and mount the other there (mount --bind ${target} ${path}), or ` +
        'keep the whole workspace there and link to that.',
    },
  );
}

function fileIn(path: string): LayerwiseError | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ? takenPlace(path, 'a folder', 'file') : undefined;
}
