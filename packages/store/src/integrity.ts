import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { namesIn } from './folder.js';
import { stampOfFolder } from './stamp.js';
import { StatCache, type Damage, type Place } from './stat-cache.js';

/** What a look at artifacts finds. */
export type { Damage } from './stat-cache.js';

const notesFile = '.seen.json';

/** Notes how the files of all artifacts look now, so that {@link findDamage} need not read those that look the same. */
export function noteStamps(root: string): void {
  StatCache.note(join(root, notesFile), artifactsIn(root));
}

/**
 * Compares the artifacts with their manifests: a file that looks as it was noted is taken as sound, any other is read and hashed.
 * @param root absolute path of the artifacts folder
 */
export function findDamage(root: string): readonly Damage[] {
  const statCache = new StatCache(join(root, notesFile));
  const damage = artifactsIn(root).flatMap((place) => statCache.damageOf(place));
  statCache.save();
  return damage;
}

const pause = 250;
const maxPauses = 40;

/**
 * As {@link findDamage}, but an artifact that another process is publishing or restoring just now is given the time for it:
 * damage counts when the files look the same twice.
 */
export async function findLastingDamage(root: string): Promise<readonly Damage[]> {
  let before = findDamage(root);
  for (let n = 0; n < maxPauses && before.length > 0; n++) {
    const stamps = before.map(({ id }) => stampOfFolder(join(root, 'stages', id)));
    await sleep(pause);
    const after = findDamage(root).filter((one) => before.some(({ id, file }) => id === one.id && file === one.file));
    if (
      after.length === before.length &&
      after.every(({ id }, index) => stampOfFolder(join(root, 'stages', id)) === stamps[index])
    )
      return after;
    before = after;
  }
  return before;
}

/** Files that lie in artifacts' folders and are no part of them: somebody put them there. */
export function findStrays(root: string): readonly { readonly id: string; readonly file: string }[] {
  const statCache = new StatCache(join(root, notesFile));
  return artifactsIn(root).flatMap((place) => statCache.straysIn(place).map((file) => ({ id: place.id, file })));
}

const invalidatedFile = '.distrust';

/** Notes that an artifact which Nx took for restored is not whole, so that the next run asks the stages instead of Nx's cache. */
export function noteInvalidated(root: string): void {
  try {
    writeFileSync(join(root, invalidatedFile), '');
  } catch {
    // The error that brought it here is the one to show.
  }
}

/** Whether the last run noted it; asking takes the note away. */
export function takeInvalidated(root: string): boolean {
  const noted = existsSync(join(root, invalidatedFile));
  rmSync(join(root, invalidatedFile), { recursive: true, force: true });
  return noted;
}

/** Removes an artifact's folder, so that it is restored or recomputed. */
export function removeArtifact(root: string, id: string): void {
  rmSync(join(root, 'stages', id), { recursive: true, force: true });
}

function artifactsIn(root: string): Place[] {
  const stages = join(root, 'stages');
  const ids = namesIn(stages).filter((name) => !name.startsWith('.'));
  return ids.map((id) => ({ id, key: id, folder: join(stages, id) }));
}
