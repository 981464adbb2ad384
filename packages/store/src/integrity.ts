import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseManifest, type Manifest } from './manifest.js';
import { lookOf } from './memo.js';

/** A file that is not what its manifest says. */
export interface Damage {
  readonly id: string;
  /** Path below `data/`, or `manifest.json`. */
  readonly file: string;
  readonly what: 'missing' | 'changed';
}

/** Per artifact (of a copy in Nx's cache: `<entry>/<id>`) and file in its folder: the {@link lookOf | look}. */
type Seen = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A folder that should hold the artifact of that id. */
interface Place {
  readonly id: string;
  /** In {@link Seen}. */
  readonly key: string;
  readonly folder: string;
}

const seenFile = '.seen.json';

/**
 * Notes how the files of all artifacts look now, so that {@link findDamage} and {@link removeDamagedCopies} need not read those that look the same.
 * @param root absolute path of the artifacts folder
 * @param cache absolute path of Nx's cache, whose copies are noted too
 */
export function noteLooks(root: string, cache?: string): void {
  const seen = Object.fromEntries([...artifactsIn(root), ...copiesIn(cache)].flatMap((place) => {
    const manifest = manifestOf(place);
    return manifest ? [[place.key, Object.fromEntries(filesOf(manifest).map((file) => [file, lookOf(join(place.folder, file))]))]] : [];
  })) as Seen;
  const path = join(root, seenFile);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(seen));
  renameSync(`${path}.${process.pid}`, path);
}

/**
 * Compares the artifacts with their manifests: a file that looks as it was noted is taken as sound, any other is read and hashed.
 * @param root absolute path of the artifacts folder
 */
export function findDamage(root: string): readonly Damage[] {
  const seen = readSeen(root);
  return artifactsIn(root).flatMap((place) => damageOf(place, seen));
}

function damageOf(place: Place, seen: Seen): Damage[] {
  const { id, key, folder } = place;
  const noted = seen[key] ?? {};
  if (noted['manifest.json'] && Object.entries(noted).every(([file, look]) => lookOf(join(folder, file)) === look)) return [];
  const manifest = manifestOf(place);
  if (!manifest) return [{ id, file: 'manifest.json', what: existsSync(join(folder, 'manifest.json')) ? 'changed' : 'missing' }];
  return Object.entries(manifest.files).flatMap(([file, { sha256 }]): Damage[] => {
    const path = join(folder, 'data', file);
    const look = lookOf(path);
    if (look === '') return [{ id, file, what: 'missing' }];
    return look === noted[`data/${file}`] || hashOf(path) === sha256 ? [] : [{ id, file, what: 'changed' }];
  });
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
    const looks = before.map(({ id }) => lookOfArtifact(root, id));
    await sleep(pause);
    const after = findDamage(root).filter((one) => before.some(({ id, file }) => id === one.id && file === one.file));
    if (after.length === before.length && after.every(({ id }, index) => lookOfArtifact(root, id) === looks[index])) return after;
    before = after;
  }
  return before;
}

/** ms for which Nx may be writing an entry of its cache; it takes none before it is whole. */
const writing = 60_000;

/** A copy of an artifact in Nx's cache. */
export interface Copy {
  readonly id: string;
  /** Absolute path of the folder that Nx made for it. */
  readonly entry: string;
}

/**
 * Removes the entries of Nx's cache that hold a damaged copy of an artifact: Nx would restore it as it is. What looks as it was noted is taken as sound.
 * @param root absolute path of the artifacts folder
 * @param cache absolute path of Nx's cache
 * @param doubted ids whose copies are read whatever they look like
 * @returns those that were removed
 */
export function removeDamagedCopies(root: string, cache: string, doubted: ReadonlySet<string> = new Set()): readonly Copy[] {
  const seen = readSeen(root);
  const damaged = copiesIn(cache).filter((copy) => {
    const damage = damageOf(copy, doubted.has(copy.id) ? {} : seen);
    return damage.length > 0 && !(isShort(copy) && Date.now() - statSync(copy.entry).birthtimeMs < writing);
  });
  for (const { entry } of damaged) rmSync(entry, { recursive: true, force: true });
  return damaged.map(({ id, entry }) => ({ id, entry }));
}

/** Whether a copy is gone that was noted: Nx may remember it, and take it for there. */
export function hasLostCopies(root: string, cache: string): boolean {
  const noted = Object.keys(readSeen(root)).flatMap((key) => (key.includes('/') ? [key.split('/')[0] as string] : []));
  return [...new Set(noted)].some((entry) => !existsSync(join(cache, entry)));
}

/** Tells whether a copy in Nx's cache is whole, as {@link removeDamagedCopies} would. */
export function copyChecker(root: string): (folder: string, id: string) => boolean {
  const seen = readSeen(root);
  return (folder, id) => damageOf({ id, folder, key: copyKey(entryOf(folder), id) }, seen).length === 0;
}

/** Whether something of it is still to come. */
function isShort(place: Place): boolean {
  const manifest = manifestOf(place);
  return !manifest || Object.entries(manifest.files).some(([file, { bytes }]) => (statSync(join(place.folder, 'data', file), { throwIfNoEntry: false })?.size ?? 0) < bytes);
}

const distrustFile = '.distrust';

/** Notes that an artifact which Nx took for restored is not whole, so that the next run asks the stages instead of Nx's cache. */
export function noteDistrust(root: string): void {
  try {
    writeFileSync(join(root, distrustFile), '');
  } catch {
    // The error that brought it here is the one to show.
  }
}

/** Whether the last run noted it; asking takes the note away. */
export function takeDistrust(root: string): boolean {
  const noted = existsSync(join(root, distrustFile));
  rmSync(join(root, distrustFile), { force: true });
  return noted;
}

function lookOfArtifact(root: string, id: string): string {
  const folder = join(root, 'stages', id);
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort() : [];
  return names.map((name) => `${name} ${lookOf(join(folder, name))}`).join('\n');
}

/** Removes an artifact's folder, so that it is restored or recomputed. */
export function removeArtifact(root: string, id: string): void {
  rmSync(join(root, 'stages', id), { recursive: true, force: true });
}

function artifactsIn(root: string): Place[] {
  const stages = join(root, 'stages');
  const ids = namesIn(stages).filter((name) => !name.startsWith('.')).sort();
  return ids.map((id) => ({ id, key: id, folder: join(stages, id) }));
}

/** `<entry>/artifacts/stages/<id>` below Nx's cache. */
function copiesIn(cache: string | undefined): (Place & Copy)[] {
  const entries = cache === undefined ? [] : namesIn(cache).map((name) => join(cache, name));
  return entries.flatMap((entry) => namesIn(join(entry, 'artifacts/stages')).map((id) => ({ id, entry, key: copyKey(entry, id), folder: join(entry, 'artifacts/stages', id) })));
}

function copyKey(entry: string, id: string): string {
  return `${basename(entry)}/${id}`;
}

function entryOf(folder: string): string {
  return join(folder, '../../..');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Paths in the artifact's folder. */
function filesOf(manifest: Manifest): string[] {
  return ['manifest.json', ...Object.keys(manifest.files).map((file) => `data/${file}`)];
}

function manifestOf({ folder, id }: Place): Manifest | undefined {
  try {
    const manifest = parseManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return typeof manifest === 'string' || manifest.id !== id ? undefined : manifest;
  } catch {
    return undefined;
  }
}

function readSeen(root: string): Seen {
  try {
    return JSON.parse(readFileSync(join(root, seenFile), 'utf8')) as Seen;
  } catch {
    return {};
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
