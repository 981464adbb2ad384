import { readFile, rm } from 'node:fs/promises';
import { canonicalJson, sha256, type Checkpoint, type ResultColumn, type Standing } from '@layerwise/contracts';
import { replaceFile } from './replacement.js';
import { onDisk } from './storage.js';

/** A run that did not finish, as its checkpoint tells. */
export interface UnfinishedRun {
  /** The stage instance. */
  readonly id: string;
  /** {@link recipeKey}: only a run of this recipe goes on from it. */
  readonly recipe: string;
  readonly standing: Standing;
  /** What it had taken so far. */
  readonly seconds: number;
}

/** The first line of the file; the state follows. */
interface Header extends UnfinishedRun {
  readonly schema: 1;
  readonly bytes: number;
  readonly sha256: string;
  /** SHA-256 over the rest of the header. */
  readonly seal: string;
}

/** A save may take this share of a run's time. */
const costShare = 0.01;

/** What a checkpoint is of, and whom it tells. */
export interface CheckpointOptions {
  readonly id: string;
  readonly recipe: string;
  /** Least seconds between two saves; 0 saves whenever asked. */
  readonly every: number;
  readonly log: (line: string) => void;
  /** Told where a run goes on from, if it does. */
  readonly onResume?: (standing: Standing) => void;
}

/** A checkpoint in one file, replaced by rename. The caller holds the lock of the instance. */
export class CheckpointFile implements Checkpoint {
  private last = process.hrtime.bigint();
  private readonly began = this.last;
  private asked = this.last;
  /** Seconds of the last save, gathering of the state included. */
  private cost = 0;
  private earlier = 0;
  private broken = false;
  private standsAt: Standing | undefined;
  private askedFor = false;

  /** @param path absolute path of the file */
  constructor(
    private readonly path: string,
    private readonly options: CheckpointOptions,
  ) {}

  /** Seconds taken by the runs that this one goes on from. */
  get secondsBefore(): number {
    return this.earlier;
  }

  /** Where the run would go on if it stopped now: what was loaded, or saved since; undefined if it would start over. */
  get standing(): Standing | undefined {
    return this.standsAt;
  }

  /** Whether the stage has asked for it: one that hasn't keeps none. */
  get used(): boolean {
    return this.askedFor;
  }

  async load(): Promise<Uint8Array | undefined> {
    const { id, recipe, log, onResume } = this.options;
    this.askedFor = true;
    const bytes = await readFile(this.path).catch(() => undefined);
    if (!bytes) return undefined;
    const found = parse(bytes);
    if (!found || found.header.id !== id) {
      log(`${id}: its checkpoint is damaged and is ignored (${this.path})`);
      return undefined;
    }
    if (found.header.recipe !== recipe) {
      log(`${id}: its checkpoint is of other inputs, code or Node.js and is ignored (${this.path})`);
      return undefined;
    }
    const { standing, seconds } = found.header;
    this.earlier = seconds;
    this.standsAt = standing;
    log(describeGoingOn(id, standing));
    onResume?.(standing);
    return found.state;
  }

  due(): boolean {
    const { every } = this.options;
    this.asked = process.hrtime.bigint();
    return !this.broken && (every === 0 || secondsSince(this.last) >= Math.max(every, this.cost / costShare));
  }

  async save(state: Uint8Array, standing: Standing): Promise<void> {
    const { id, recipe, log } = this.options;
    const rest: Omit<Header, 'seal'> = {
      schema: 1,
      id,
      recipe,
      standing: plain(standing),
      seconds: this.earlier + secondsSince(this.began),
      bytes: state.length,
      sha256: sha256(state),
    };
    const header: Header = { ...rest, seal: checksumOf(rest) };
    try {
      await onDisk(this.path, () =>
        replaceFile(this.path, [`${JSON.stringify(header)}\n`, state], { temporary: this.temporary, durable: true }),
      );
      this.standsAt = standing;
    } catch (error) {
      this.broken = true;
      log(`${id}: no checkpoint could be kept: ${(error as Error).message}; it continues without one`);
    }
    this.cost = secondsSince(this.asked);
    this.last = process.hrtime.bigint();
  }

  /** The same in every run, so that the next one clears what a run left that was killed while it saved. */
  private get temporary(): string {
    return `${this.path}.new`;
  }

  /** For when the work is done. */
  async remove(): Promise<void> {
    for (const path of [this.path, this.temporary]) await rm(path, { force: true });
  }
}

/** `train-1 continues from epoch 41 of 300`. @param name of the stage or its instance */
export function describeGoingOn(name: string, { done, total, unit }: Standing): string {
  return `${name} continues from ${unit.replace(/s$/, '')} ${done} of ${total}`;
}

/** What the checkpoint in a file tells; undefined if there is none, or it is damaged. */
export async function readUnfinished(path: string): Promise<UnfinishedRun | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && parse(bytes)?.header;
}

function parse(bytes: Buffer): { header: Header; state: Uint8Array } | undefined {
  const end = bytes.indexOf(10);
  const state = bytes.subarray(end + 1);
  try {
    const { seal, ...rest } = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
    if (rest.schema !== 1 || checksumOf(rest) !== seal || rest.bytes !== state.length || sha256(state) !== rest.sha256)
      return undefined;
    return { header: { ...rest, seal, standing: revived(rest.standing) }, state };
  } catch {
    return undefined;
  }
}

/** Over the text as JSON has it, in which a missing number is null. */
function checksumOf(header: Omit<Header, 'seal'>): string {
  return sha256(canonicalJson(header));
}

/** With lists in place of typed arrays and null in place of NaN, as JSON gives it back. */
function plain(standing: Standing): Standing {
  return JSON.parse(
    JSON.stringify(standing, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value,
    ),
  ) as Standing;
}

function revived(standing: Standing): Standing {
  const columns = Object.entries(standing.table).map(([name, column]): [string, ResultColumn] => [
    name,
    column.type === 'float64'
      ? { ...column, values: Array.from(column.values, (value: number | null) => value ?? NaN) }
      : column,
  ]);
  return { ...standing, table: Object.fromEntries(columns) };
}

function secondsSince(then: bigint): number {
  return Number(process.hrtime.bigint() - then) / 1e9;
}
