import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './folder.js';
import { manifestIn, type Manifest } from './manifest.js';
import { readNotes, writeNotes } from './notes.js';
import { stampOf } from './stamp.js';

/** A file that is not what its manifest says. */
export interface Damage {
  readonly id: string;
  /** Path below `data/`, or `manifest.json`. */
  readonly file: string;
  readonly what: 'missing' | 'changed';
}

/** A folder that should hold the artifact of that id. */
export interface Place {
  readonly id: string;
  /** Its name in the notes. */
  readonly key: string;
  readonly folder: string;
}

/** Per place and file in its folder: the {@link stampOf | stamp}. */
type Notes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How the files of artifacts looked when they were last noted: what looks the same is taken as sound and not read. */
export class StatCache {
  private readonly notes: Notes;
  private readonly sound: Record<string, Record<string, string>> = {};

  /** @param file absolute path of the notes; without it nothing is taken as sound */
  constructor(private readonly file?: string) {
    this.notes = file === undefined ? {} : read(file);
  }

  /**
   * Replaces the notes by how these places look now. Where the manifest looks as it was noted the notes stay: most places are in a run what they were.
   * A place where a file has not the size that the manifest says is not noted.
   */
  static note(file: string, places: readonly Place[]): void {
    const before = read(file);
    const notes = Object.fromEntries(
      places.flatMap((place) => {
        const noted = before[place.key];
        if (noted?.['manifest.json'] && noted['manifest.json'] === stampOf(join(place.folder, 'manifest.json')))
          return [[place.key, noted]];
        const manifest = manifestIn(place.folder, place.id);
        if (!manifest) return [];
        const stamps = Object.fromEntries(filesOf(manifest).map((name) => [name, stampOf(join(place.folder, name))]));
        return hasItsSizes(manifest, stamps) ? [[place.key, stamps]] : [];
      }),
    ) as Notes;
    writeNotes(file, notes);
  }

  get keys(): readonly string[] {
    return Object.keys(this.notes);
  }

  /** Compares a folder with its manifest; files that do not look as noted are read and hashed. */
  damageOf(place: Place): Damage[] {
    const { id, key, folder } = place;
    const noted = this.notes[key] ?? {};
    if (noted['manifest.json'] && Object.entries(noted).every(([file, stamp]) => stampOf(join(folder, file)) === stamp))
      return [];
    const stamps: Record<string, string> = { 'manifest.json': stampOf(join(folder, 'manifest.json')) };
    const manifest = manifestIn(place.folder, place.id);
    if (!manifest)
      return [{ id, file: 'manifest.json', what: existsSync(join(folder, 'manifest.json')) ? 'changed' : 'missing' }];
    const damage = Object.entries(manifest.files).flatMap(([file, { sha256 }]): Damage[] => {
      const path = join(folder, 'data', file);
      const stamp = stampOf(path);
      stamps[`data/${file}`] = stamp;
      if (stamp === '') return [{ id, file, what: 'missing' }];
      return stamp === noted[`data/${file}`] || hashOf(path) === sha256 ? [] : [{ id, file, what: 'changed' }];
    });
    if (damage.length === 0) this.sound[key] = stamps;
    return damage;
  }

  /** Files in a folder that its manifest does not know, sorted; of a folder without a manifest nothing is known. */
  straysIn(place: Place): string[] {
    const { key, folder } = place;
    const noted = this.notes[key];
    const manifest =
      noted?.['manifest.json'] === stampOf(join(folder, 'manifest.json'))
        ? undefined
        : manifestIn(place.folder, place.id);
    const known = new Set(manifest ? filesOf(manifest) : Object.keys(noted ?? {}));
    return known.size === 0
      ? []
      : filesBelow(folder)
          .filter((file) => !known.has(file) && file !== 'content' && !desktop.test(file))
          .sort();
  }

  /** Adds to the notes what {@link damageOf} has read and found sound, so that it is not read again. Never throws: it can be. */
  save(): void {
    if (this.file === undefined || Object.keys(this.sound).length === 0) return;
    try {
      writeNotes(this.file, { ...this.notes, ...this.sound });
    } catch {
      // The disk is full or read-only; whoever writes next says so.
    }
  }
}

/** A {@link stampOf | stamp} begins with the size. */
function hasItsSizes({ files }: Manifest, stamps: Readonly<Record<string, string>>): boolean {
  return Object.entries(files).every(([file, { bytes }]) => stamps[`data/${file}`]?.startsWith(`${bytes} `));
}

/** What file managers leave in the folders that they show. */
const desktop = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/** Paths in the artifact's folder. */
function filesOf(manifest: Manifest): string[] {
  return ['manifest.json', ...Object.keys(manifest.files).map((file) => `data/${file}`)];
}

function read(file: string): Notes {
  return readNotes<Notes>(file) ?? {};
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
