import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** Per artifact and file: the {@link lookOf | look}. */
type Seen = Record<string, Record<string, string>>;

const seenFile = '.seen.json';

/** Notes how the files of all artifacts look now, so that {@link findDamage} need not read those that look the same. */
export function noteLooks(root: string): void {
  const seen: Seen = {};
  for (const id of artifactIds(root)) {
    const manifest = manifestOf(root, id);
    if (manifest) seen[id] = Object.fromEntries(Object.keys(manifest.files).map((file) => [file, lookOf(join(root, 'stages', id, 'data', file))]));
  }
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
  return artifactIds(root).flatMap((id): Damage[] => {
    const manifest = manifestOf(root, id);
    if (!manifest) return existsSync(join(root, 'stages', id, 'manifest.json')) ? [{ id, file: 'manifest.json', what: 'changed' }] : [{ id, file: 'manifest.json', what: 'missing' }];
    return Object.entries(manifest.files).flatMap(([file, record]): Damage[] => {
      const path = join(root, 'stages', id, 'data', file);
      const look = lookOf(path);
      if (look === '') return [{ id, file, what: 'missing' }];
      if (look === seen[id]?.[file]) return [];
      return hashOf(path) === record.sha256 ? [] : [{ id, file, what: 'changed' }];
    });
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

/**
 * Removes the entries of Nx's cache that hold a damaged copy of an artifact: Nx would restore it as it is.
 * @param cache absolute path of Nx's cache
 * @returns the folders of the entries that were removed
 */
export function removeDamagedCopies(cache: string, id: string): readonly string[] {
  const entries = existsSync(cache) ? readdirSync(cache).map((hash) => join(cache, hash)) : [];
  const damaged = entries.filter((entry) => existsSync(join(entry, 'artifacts/stages', id)) && !isWhole(join(entry, 'artifacts'), id));
  for (const entry of damaged) rmSync(entry, { recursive: true, force: true });
  return damaged;
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

function isWhole(root: string, id: string): boolean {
  const manifest = manifestOf(root, id);
  return manifest !== undefined && Object.entries(manifest.files).every(([file, { sha256 }]) => {
    const path = join(root, 'stages', id, 'data', file);
    return lookOf(path) !== '' && hashOf(path) === sha256;
  });
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

function artifactIds(root: string): string[] {
  if (!existsSync(join(root, 'stages'))) return [];
  return readdirSync(join(root, 'stages')).filter((name) => !name.startsWith('.')).sort();
}

function manifestOf(root: string, id: string): Manifest | undefined {
  try {
    const manifest = parseManifest(readFileSync(join(root, 'stages', id, 'manifest.json'), 'utf8'));
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
