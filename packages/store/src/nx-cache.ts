import { existsSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stampOfFolder } from './stamp.js';
import { namesIn } from './folder.js';
import { manifestIn } from './manifest.js';
import { StatCache, type Place } from './stat-cache.js';

/** A copy of an artifact in Nx's cache. */
export interface Copy {
  readonly id: string;
  /** Absolute path of the folder that Nx made for it. */
  readonly entry: string;
}

/**
 * Notes how the copies in Nx's cache look now.
 * @param cache absolute path of Nx's cache
 * @param notes absolute path of the file for it
 */
export function noteCopies(cache: string, notes: string): void {
  StatCache.note(notes, copiesIn(cache));
}

/** ms for which Nx may be writing an entry of its cache; it takes none before it is whole. */
const writing = 60_000;

/** ms between looks at an entry that Nx may be writing, the looks after which one that stays the same is not being written, and the most. */
const [pause, stillLooks, mostLooks] = [250, 4, 40];

/**
 * Removes the entries of Nx's cache that hold a damaged copy of an artifact: Nx would restore it as it is. What looks as it was noted is taken as sound.
 * A copy that is short and new is given the time that another run may need to write it: it is left alone as long as it changes.
 * @param cache absolute path of Nx's cache
 * @param notes see {@link noteCopies}
 * @param doubted ids whose copies are read whatever they look like
 * @returns those that were removed
 */
export async function removeDamagedCopies(
  cache: string,
  notes: string,
  doubted: ReadonlySet<string> = new Set(),
): Promise<readonly Copy[]> {
  const [statCache, withoutNotes] = [new StatCache(notes), new StatCache()];
  const isDamaged = (copy: Place): boolean =>
    (doubted.has(copy.id) ? withoutNotes : statCache).damageOf(copy).length > 0;
  const found = copiesIn(cache).filter(isDamaged);
  const growing = await stillGrowing(found.filter(isNewAndShort));
  const damaged = found.filter((copy) => !growing.has(copy) && isDamaged(copy));
  statCache.save();
  for (const { entry } of damaged) rmSync(entry, { recursive: true, force: true });
  return damaged.map(({ id, entry }) => ({ id, entry }));
}

/** Those of the copies that change while they are looked at. */
async function stillGrowing(copies: readonly Place[]): Promise<ReadonlySet<Place>> {
  const state = new Map(copies.map((copy) => [copy, { stamp: stampOfFolder(copy.folder), same: 0 }]));
  for (let n = 0; n < mostLooks && [...state.values()].some(({ same }) => same < stillLooks); n++) {
    await sleep(pause);
    for (const [copy, { stamp, same }] of state) {
      const now = stampOfFolder(copy.folder);
      state.set(copy, { stamp: now, same: now === stamp ? same + 1 : 0 });
    }
  }
  return new Set([...state].filter(([, { same }]) => same < stillLooks).map(([copy]) => copy));
}

/** Whether a copy is gone that was noted: Nx may remember it, and take it for there. */
export function hasLostCopies(cache: string, notes: string): boolean {
  const entries = new Set(new StatCache(notes).keys.map((key) => key.split('/')[0]));
  return [...entries].some((entry) => !existsSync(join(cache, entry)));
}

/** Tells whether a copy in Nx's cache is whole, as {@link removeDamagedCopies} would. */
export function copyChecker(notes: string): (folder: string, id: string) => boolean {
  const statCache = new StatCache(notes);
  return (folder, id) => statCache.damageOf({ id, folder, key: keyOf(join(folder, '../../..'), id) }).length === 0;
}

/**
 * The copies in Nx's cache, `<entry>/artifacts/stages/<id>` below it, in the order of their entries.
 * @param names lists a folder
 */
export function copiesIn(cache: string, names: (folder: string) => readonly string[] = namesIn): (Place & Copy)[] {
  return names(cache)
    .map((name) => join(cache, name))
    .flatMap((entry) => {
      const stages = join(entry, 'artifacts/stages');
      return names(stages).map((id) => ({ id, entry, key: keyOf(entry, id), folder: join(stages, id) }));
    });
}

function keyOf(entry: string, id: string): string {
  return `${basename(entry)}/${id}`;
}

/** Whether Nx may be writing it: it is new, and something of it is still to come. */
function isNewAndShort(place: Place & Copy): boolean {
  const stats = statSync(place.entry, { throwIfNoEntry: false });
  if (!stats || Date.now() - stats.birthtimeMs >= writing) return false;
  const manifest = manifestIn(place.folder, place.id);
  return (
    !manifest ||
    Object.entries(manifest.files).some(
      ([file, { bytes }]) => (statSync(join(place.folder, 'data', file), { throwIfNoEntry: false })?.size ?? 0) < bytes,
    )
  );
}
