import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StageStatus } from './run-stage.js';

/** One line of a run's journal: a stage process that ran to its end, or was told to stop. */
export interface JournalEntry {
  readonly id: string;
  readonly status: StageStatus | 'stopped';
  readonly seconds: number;
  /** Of these, the seconds for which another run was computing the stage. */
  readonly waited: number;
}

const kept = 20;

/**
 * The journal of the current run, which the Nx plugin names in LAYERWISE_RUN (`<start in ms>-<id>`).
 * A stage that Nx took from its cache starts no process and leaves no entry.
 */
export class Journal {
  private constructor(
    private readonly file: string,
    /** When the run began, in ms since 1970. */
    readonly started: number,
  ) {}

  /** The current run's journal, or undefined outside a run. */
  static current(root: string, run: string | undefined = process.env.LAYERWISE_RUN): Journal | undefined {
    const match = /^(\d+)-[\w-]+$/.exec(run ?? '');
    return match ? new Journal(join(root, 'artifacts', '.runs', `${match[0]}.jsonl`), Number(match[1])) : undefined;
  }

  append(entry: JournalEntry): void {
    const folder = join(this.file, '..');
    mkdirSync(folder, { recursive: true });
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  /** Entries by instance id. */
  entries(): ReadonlyMap<string, JournalEntry> {
    let text = '';
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      // No stage ran.
    }
    return new Map(
      text
        .split('\n')
        .flatMap(entryOf)
        .map((entry) => [entry.id, entry]),
    );
  }

  /** Removes the journals of all but the latest runs. */
  prune(): void {
    const folder = join(this.file, '..');
    let names: string[] = [];
    try {
      names = readdirSync(folder).sort();
    } catch {
      return;
    }
    for (const name of names.slice(0, -kept)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** None for a line that was cut short. */
function entryOf(line: string): JournalEntry[] {
  try {
    const entry = JSON.parse(line) as JournalEntry | null;
    return typeof entry?.id === 'string' && typeof entry.waited === 'number' ? [entry] : [];
  } catch {
    return [];
  }
}
