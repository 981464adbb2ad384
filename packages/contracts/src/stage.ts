import type { ArtifactKind, ArtifactReader, ArtifactWriter, Warning } from './artifact.js';
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
  /** What each file is called in the stage's identity, with `/` for folders; without it, by its base name. Where there are very many files, those of one folder are told as one. */
  readonly names?: readonly string[];
  /** False if files are missing, so that the stage would have to fetch them; it is then never taken from a cache unasked. */
  readonly complete: boolean;
}

/** What a stage gets; everything it may use is in here. */
export interface StageContext<P> {
  /** Validated, defaults filled in, frozen. */
  readonly params: P;
  /** One reader per role that the stage declares in `reads`. */
  readonly inputs: Readonly<Record<string, ArtifactReader>>;
  readonly output: ArtifactWriter;
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

/** A stage that can be swapped in a study by `uses: <package>`. Importing the package must be cheap: heavy imports belong inside `run`. */
export interface Stage<F extends Fields = Fields> {
  /** Stable name, such as `reduce-pca`; part of folder names. */
  readonly id: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly params: F;
  /** Role -> kind of artifact; a role ending in `?` may be absent. */
  readonly reads: Readonly<Record<string, ArtifactKind>>;
  readonly writes: ArtifactKind;
  /** Whether these parameters make the stage draw random numbers; if not, the seed is not part of its identity. */
  seeded(params: Infer<F>): boolean;
  /** Only for stages that read raw files (ingest): which ones, found by name alone, without reading them. */
  rawFiles?(params: Infer<F>, places: Places): RawFiles;
  run(context: StageContext<Infer<F>>): Promise<void>;
}

/** Identity at run time; gives a stage literal its parameter types. */
export function defineStage<const F extends Fields>(stage: Stage<F>): Stage<F> {
  return stage;
}

/** A stage whose parameter types are not known, as when it was loaded by name. */
/** A stage of whatever parameters; parameter types of different stages are not assignable to each other. */
export type AnyStage = Stage<any>; // eslint-disable-line @typescript-eslint/no-explicit-any
