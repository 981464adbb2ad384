import { readFileSync } from 'node:fs';
import { readNotes, writeNotes } from './notes.js';
import { stampOf } from './stamp.js';

/** Per path: the stamp, and what was found out of the file, by kind. */
type Notes = Record<string, { readonly stamp: string; readonly found: Record<string, unknown> }>;

/** A file changed so lately (ms) may change again without looking different: nothing is kept of it. */
const settling = 1000;
const most = 20_000;

/** What was found out of files (a hash, the imports), kept as long as they look the same, in this process and, in a file, for the next. */
export class FileCache {
  private notes: Notes = {};
  private readonly used: Notes = {};
  private changed = false;

  /** @param file absolute path; without it nothing is kept for the next process */
  constructor(private readonly file?: string) {
    if (file !== undefined) this.notes = readNotes<Notes>(file) ?? {};
  }

  /**
   * What `read` finds in a file, or found when the file looked as it does now.
   * @param kind of what is found
   * @returns undefined if there is no such file
   * @throws what reading the file throws
   */
  get<T>(kind: string, path: string, read: (bytes: Buffer) => T): T | undefined {
    const known = this.used[path];
    if (known && Object.hasOwn(known.found, kind)) return known.found[kind] as T;
    const stamp = stampOf(path);
    if (stamp === '') return undefined;
    const noted = this.notes[path];
    const entry = (this.used[path] ??= { stamp, found: noted?.stamp === stamp ? { ...noted.found } : {} });
    if (!Object.hasOwn(entry.found, kind)) {
      entry.found[kind] = read(readFileSync(path));
      this.changed = true;
    }
    return entry.found[kind] as T;
  }

  /** Keeps what was found for the next process; what was not asked for is dropped when there is very much of it. Never throws: all can be found again. */
  save(): void {
    if (this.file === undefined || !this.changed) return;
    const settled = Object.entries(this.used).filter(
      ([, { stamp }]) => Date.now() - Number(stamp.split(' ')[2]) / 1e6 > settling,
    );
    const kept = Object.keys(this.notes).length + settled.length < most ? this.notes : {};
    try {
      writeNotes(this.file, { ...kept, ...Object.fromEntries(settled) });
    } catch {
      // The disk is full or read-only; whoever writes next says so.
    }
  }
}
