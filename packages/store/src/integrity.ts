import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseManifest, type Manifest } from './manifest.js';

/** A file that is not what its manifest says. */
export interface Damage {
  readonly id: string;
  /** Path below `data/`, or `manifest.json`. */
  readonly file: string;
  readonly what: 'missing' | 'changed';
}

/** Per artifact and file: size, modification and change time (ns) and inode. The change time cannot be set back. */
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

function lookOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() ? [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join(' ') : '';
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
