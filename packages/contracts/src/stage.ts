import type { ArtifactKind, ArtifactReader, ArtifactWriter, Warning } from './artifact.js';
import { readAs, type Reader, type Writer } from './artifacts/reader.js';
import type { Checkpoint } from './checkpoint.js';
import type { Fields, Infer } from './constraints.js';

/** A step of progress: `done` of `total` units, with words for the current state (`loss 0.0841  accuracy 0.9741`). */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly detail?: string;
}

/** Where a stage that reads raw files may look; absolute paths. */
export interface Places {
  /** Folders that may hold raw data, in the order to search: LAYERWISE_DATA_DIR, then the workspace's data/. */
  readonly data: readonly string[];
  /** Where downloaded files are kept: the workspace's data/. */
  readonly download: string;
  /** The workspace: files that a study names are below it, or below a folder of `data`. */
  readonly workspace?: string;
}

/** The raw files a stage would read now. Their bytes are part of the stage's identity. */
export interface RawFiles {
  /** Absolute paths, in a fixed order. */
  readonly files: readonly string[];
  /**
   * What each file is called in the stage's identity, with `/` for folders; without it, by its base name. Where there are very many files,
   * those of one folder are told as one.
   */
  readonly names?: readonly string[];
  /** False if files are missing, so that the stage would have to fetch them; it is then never taken from a cache unasked. */
  readonly complete: boolean;
}

/** What a stage reads: role -> kind of artifact; a role ending in `?` may be absent. */
export type Reads = Readonly<Record<string, ArtifactKind>>;

/** A reader for each role, typed by its kind. */
export type Inputs<R extends Reads> = string extends keyof R
  ? Readonly<Record<string, ArtifactReader>>
  : { readonly [Role in keyof R as Role extends `${string}?` ? never : Role]: Reader<R[Role]> } & {
      readonly [Role in keyof R as Role extends `${infer Name}?` ? Name : never]?: Reader<R[Role]>;
    };

/** The writer of a kind of artifact; of any file where the kind is not known. */
export type Output<W extends ArtifactKind> = ArtifactKind extends W ? ArtifactWriter : Writer<W>;

/**
 * What a stage gets; everything it may use is in here.
 * P its parameters, R and W what it reads and writes; without these two, inputs and output are not typed.
 */
export interface StageContext<P, R extends Reads = Reads, W extends ArtifactKind = ArtifactKind> {
  /** Validated, defaults filled in, frozen. */
  readonly params: P;
  /** One reader per role that the stage declares in `reads`. */
  readonly inputs: Inputs<R>;
  readonly output: Output<W>;
  /** Seed words of a named random stream; see `seed.ts`. */
  readonly seed: (stream: string) => Uint32Array;
  readonly progress: (step: Progress) => void;
  readonly warn: (warning: Warning) => void;
  readonly signal: AbortSignal;
  readonly places: Places;
  /** How many worker threads may be used; must not change a byte of the output. */
  readonly workers: number;
  /** For work of minutes and more: where it can keep its state, and find that of a run that was stopped. */
  readonly checkpoint?: Checkpoint;
}

/** Values of parameters by name. */
type Values = Readonly<Record<string, unknown>>;

/** A stage that can be swapped in a study by `uses: <package>`. Importing the package must be cheap: heavy imports belong inside `run`. */
export interface Stage<F extends Fields = Fields, R extends Reads = Reads, W extends ArtifactKind = ArtifactKind> {
  /** Stable name, such as `reduce-pca`; part of folder names. */
  readonly id: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly params: F;
  /** Role -> kind of artifact; a role ending in `?` may be absent. */
  readonly reads: R;
  readonly writes: W;
  /** Whether these parameters make the stage draw random numbers; if not, the seed is not part of its identity. */
  seeded(params: Infer<F>): boolean;
  /** Only for stages that read raw files (ingest): which ones, found by name alone, without reading them. */
  rawFiles?(params: Infer<F>, places: Places): RawFiles;
  /**
   * Only for a stage with work that does not depend on all it reads, which experiments can then share: the parameters of that part of the work.
   * The planner makes the part an instance of its own, which gets fewer inputs, and gives its artifact to the rest as one more.
   * @returns undefined if these parameters ask for nothing of the part
   */
  part?(params: Infer<F>): Infer<F> | undefined;
  /**
   * Only for a stage that compares what it reads with the work of another stage done otherwise, such as a net that is trained on shuffled labels:
   * role of the other work -> its parameters, made of those of the work itself; one that is undefined is left out. The planner makes it an
   * instance of its own and gives its artifact as one more input.
   */
  compares?(params: Infer<F>): Readonly<Record<string, ((own: Values) => Values) | undefined>>;
  run(context: StageContext<Infer<F>, R, W>): Promise<void>;
}

/**
 * A stage whose literal gives the types of its parameters, inputs and output. What it reads of an input is compared
 * with the schema of the input's kind when it is read.
 */
export function defineStage<const F extends Fields, const R extends Reads, const W extends ArtifactKind>(
  stage: Stage<F, R, W>,
): Stage<F, R, W> {
  return { ...stage, run: (context) => stage.run({ ...context, inputs: opened(stage.reads, context.inputs) }) };
}

function opened<R extends Reads>(reads: R, inputs: Inputs<R>): Inputs<R> {
  const given = inputs as unknown as Readonly<Record<string, ArtifactReader>>;
  const entries = Object.entries(given).flatMap(([name, artifact]) => {
    const kind = reads[name] ?? reads[`${name}?`];
    return kind === undefined ? [] : [[name, readAs(kind, artifact, name)] as const];
  });
  return Object.fromEntries(entries) as unknown as Inputs<R>;
}

/** A stage of whatever parameters, as when it was loaded by name; parameter types of different stages are not assignable to each other. */
export type AnyStage = Stage<any>; // eslint-disable-line @typescript-eslint/no-explicit-any
