import {
  arrayTypes,
  check,
  checkRowsWritten,
  deriveSeed,
  rowsInMemory,
  Sketch,
  type AnyStage,
  type ArtifactKind,
  type ArtifactReader,
  type ArtifactWriter,
  type Checkpoint,
  type Fields,
  type MadeBy,
  type MatrixRows,
  type MatrixShape,
  type MatrixTable,
  type Places,
  type Progress,
  type ResultTable,
  type StageContext,
  type Warning,
  type WriteRows,
} from '@layerwise/contracts';
import { rawFilesOf, type Undeclared } from './undeclared.js';

/** An artifact held in memory: what a stage wrote, readable by the next one. `matrix` and `table` hand out the objects that were written. */
export class MemoryArtifact implements ArtifactReader, ArtifactWriter {
  readonly matrices = new Map<string, MatrixTable>();
  readonly tables = new Map<string, ResultTable>();
  readonly values = new Map<string, unknown>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly kind: ArtifactKind;
  /** Values given to `json` that JSON cannot hold and would turn to null: NaN, infinity. */
  readonly notJson: string[] = [];
  made: MadeBy = { stage: 'memory', params: {}, seconds: 0, peakMemoryMB: 0, warnings: [] };

  constructor(kind: ArtifactKind) {
    this.kind = kind;
  }

  get files(): readonly string[] {
    const names = [
      ...[...this.matrices.keys()].map((n) => `${n}.arrow`),
      ...[...this.tables.keys()].map((n) => `${n}.parquet`),
      ...[...this.values.keys()].map((n) => `${n}.json`),
      ...this.blobs.keys(),
    ];
    return names.sort();
  }

  has(file: string): boolean {
    return this.files.includes(file);
  }

  /** What is compared with the list of files of its kind. */
  sketch(): Sketch {
    const sketch = new Sketch();
    for (const [name, table] of this.matrices) sketch.matrix(name, table);
    for (const [name, table] of this.tables) sketch.table(name, table);
    for (const [name, value] of this.values) sketch.json(name, value);
    for (const [file, bytes] of this.blobs) sketch.bytes(file, bytes);
    return sketch;
  }

  matrix(name: string): Promise<MatrixTable>;
  matrix(name: string, table: MatrixTable): Promise<void>;
  async matrix(name: string, table?: MatrixTable): Promise<MatrixTable | void> {
    if (table) this.matrices.set(name, table);
    else return found(this.matrices, name);
  }

  async fill(name: string, shape: MatrixShape, work: (write: WriteRows) => Promise<void>): Promise<void> {
    const { rows } = shape;
    const columns = Object.fromEntries(
      Object.entries(shape.columns).map(([column, { dtype, width }]) => [
        column,
        { data: new arrayTypes[dtype](rows * width), width },
      ]),
    );
    let left = Object.values(columns).reduce((sum, { data }) => sum + data.length, 0);
    await work(async (column, from, data) => {
      checkRowsWritten(shape, column, from, data);
      columns[column].data.set(data, from * columns[column].width);
      left -= data.length;
    });
    if (left !== 0) throw new TypeError(`every row of ${name} must be written once, got ${-left} values more`);
    await this.matrix(name, { rows, columns });
  }

  async rows(name: string): Promise<MatrixRows> {
    return rowsInMemory(found(this.matrices, name));
  }

  table(name: string): Promise<ResultTable>;
  table(name: string, table: ResultTable): Promise<void>;
  async table(name: string, table?: ResultTable): Promise<ResultTable | void> {
    if (table) this.tables.set(name, table);
    else return found(this.tables, name);
  }

  json<T>(name: string): Promise<T>;
  json(name: string, value: unknown): Promise<void>;
  async json<T>(name: string, ...value: [unknown?]): Promise<T | void> {
    if (value.length === 0) return found(this.values, name) as T;
    const text = JSON.stringify(value[0], (key, member: unknown) => {
      if (typeof member === 'number' && !Number.isFinite(member))
        this.notJson.push(`${name}.json holds ${member} in '${key}'`);
      return member;
    });
    this.values.set(name, JSON.parse(text));
  }

  bytes(file: string): Promise<Uint8Array>;
  bytes(file: string, data: Uint8Array | string): Promise<void>;
  async bytes(file: string, data?: Uint8Array | string): Promise<Uint8Array | void> {
    if (data === undefined) return found(this.blobs, file);
    this.blobs.set(file, typeof data === 'string' ? new TextEncoder().encode(data) : data);
  }
}

function found<T>(map: Map<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`no '${name}'; the artifact has ${[...map.keys()].join(', ')}`);
  return value;
}

/** A checkpoint in memory that is due whenever it is asked for. */
export class MemoryCheckpoint implements Checkpoint {
  /** Every state that was saved, the last at the end. */
  readonly saved: Uint8Array[] = [];
  private readonly state: Uint8Array | undefined;

  /** @param state what the run goes on from */
  constructor(state?: Uint8Array) {
    this.state = state;
  }

  async load(): Promise<Uint8Array | undefined> {
    return this.state;
  }

  due(): boolean {
    return true;
  }

  async save(state: Uint8Array): Promise<void> {
    this.saved.push(state);
  }
}

/** What to run a stage with in memory. */
export interface MemoryRun {
  readonly params?: unknown;
  readonly inputs?: Readonly<Record<string, ArtifactReader>>;
  readonly seed?: number;
  readonly workers?: number;
  readonly places?: Places;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: Progress) => void;
  readonly checkpoint?: Checkpoint;
  /** Notes what the stage uses that it does not declare. */
  readonly undeclared?: Undeclared;
}

/** What a stage did in memory. */
export interface MemoryResult {
  readonly output: MemoryArtifact;
  readonly progress: readonly Progress[];
  readonly warnings: readonly Warning[];
}

/** Runs a stage with checked parameters and no file system. @throws Error listing the problems of bad parameters; else what the stage throws */
export async function runInMemory(
  stage: AnyStage,
  {
    params = {},
    inputs = {},
    seed = 43,
    workers = 1,
    places = { data: [], download: '' },
    signal = new AbortController().signal,
    onProgress = () => {},
    checkpoint,
    undeclared,
  }: MemoryRun,
): Promise<MemoryResult> {
  const checked = check(stage.params, params);
  if (checked.problems)
    throw new Error(checked.problems.map((problem) => `${problem.path.join('.')} ${problem.message}`).join('\n'));
  const output = new MemoryArtifact(stage.writes);
  const progress: Progress[] = [];
  const warnings: Warning[] = [];
  const context: StageContext<typeof checked.value> = {
    params: undeclared
      ? (undeclared.params(checked.value, stage.params as Fields) as typeof checked.value)
      : checked.value,
    inputs,
    output,
    seed: (stream) => deriveSeed(seed, stage.id, stream),
    progress: (step) => {
      progress.push(step);
      onProgress(step);
    },
    warn: (warning) => void warnings.push(warning),
    signal,
    places,
    workers,
    ...(checkpoint ? { checkpoint } : {}),
  };
  await (undeclared
    ? undeclared.during(places, rawFilesOf(stage, checked.value, places), () => stage.run(context))
    : stage.run(context));
  output.made = { stage: stage.id, params: checked.value, seconds: 0, peakMemoryMB: 0, warnings };
  return { output, progress, warnings };
}
