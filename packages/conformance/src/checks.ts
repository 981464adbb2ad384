import { check, LayerwiseError, misshapen, type AnyStage, type Places } from '@layerwise/contracts';
import { differences, digest, notNumbers } from './digest.js';
import { MemoryCheckpoint, runInMemory, type MemoryArtifact, type MemoryResult, type MemoryRun } from './memory.js';
import { negatives } from './negatives.js';
import { Undeclared } from './undeclared.js';

/** How many rows each split of the inputs has. */
export interface Sizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What a stage is tried with. */
export interface Fixture {
  /** Parameters with which it is quick on about a hundred rows; a list in them should not be empty. */
  readonly params: Readonly<Record<string, unknown>>;
  /** New inputs, one per role that the stage declares, with so many rows; the same each time. */
  inputs(sizes: Sizes): Readonly<Record<string, MemoryArtifact>> | Promise<Readonly<Record<string, MemoryArtifact>>>;
  readonly places?: Places;
  /** Whether the stage keeps checkpoints; it must keep one at least if so, else none. */
  readonly checkpoints?: boolean;
}

/** One rule; `run` throws an Error that says how the stage breaks it. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

const USUAL: Sizes = { train: 120, validation: 40, test: 40 };
const ODD: Readonly<Record<string, Sizes>> = {
  'no rows at all': { train: 0, validation: 0, test: 0 },
  'one row in each split': { train: 1, validation: 1, test: 1 },
  'no validation rows': { train: 120, validation: 0, test: 40 },
  'no test rows': { train: 120, validation: 40, test: 0 },
};

/**
 * The rules that every stage package must keep, as checks for any test runner:
 * `for (const { name, run } of conformance(stage, fixture)) it(name, run);`
 */
export function conformance(stage: AnyStage, fixture: Fixture): readonly Check[] {
  const usual = once(() => observe(stage, fixture));
  return [
    { name: 'declares itself and documents every parameter', run: async () => declared(stage, fixture) },
    {
      name: `writes a sound artifact of kind ${stage.writes} and reports progress`,
      run: async () => soundness(await usual()),
    },
    {
      name: 'gives the same bytes again, with 1 worker and with 2',
      run: async () => determinism(stage, fixture, await usual()),
    },
    { name: 'uses only what it is given and declares', run: async () => closedness(stage, fixture, await usual()) },
    fixture.checkpoints
      ? {
          name: 'goes on from each of its checkpoints to the same bytes',
          run: async () => resumption(stage, fixture, await usual()),
        }
      : { name: 'keeps no checkpoints', run: () => checkpointless(stage, fixture) },
    {
      name: 'draws on the seed where it says so, and nowhere else',
      run: async () => seeding(stage, fixture, await usual()),
    },
    { name: 'never changes its inputs', run: async () => purity(await usual()) },
    { name: 'stops at once when asked to before it starts', run: () => stoppedBefore(stage, fixture) },
    { name: 'stops in the middle when asked to, or finishes', run: () => stoppedWithin(stage, fixture) },
    ...Object.entries(ODD).map(([name, sizes]) => ({
      name: `meets ${name} with a result or a clear error`,
      run: () => oddSize(stage, fixture, sizes),
    })),
    {
      name: 'refuses every parameter that breaks its constraint, and says where and why',
      run: async () => refusals(stage, fixture),
    },
  ];
}

/** A run with 1 worker, and what it did to what it was given; several checks look at the same one. */
interface Observed extends MemoryResult {
  readonly bytes: ReadonlyMap<string, string>;
  /** What it changed: `train.arrow of its input 'features'`. */
  readonly changed: readonly string[];
  readonly undeclared: Undeclared;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

async function observe(stage: AnyStage, fixture: Fixture): Promise<Observed> {
  const inputs = await fixture.inputs(USUAL);
  const before = Object.entries(inputs).map(([role, artifact]) => [role, digest(artifact)] as const);
  const params = structuredClone(fixture.params);
  const undeclared = new Undeclared();
  const result = await runInMemory(stage, {
    params,
    inputs,
    undeclared,
    ...(fixture.places ? { places: fixture.places } : {}),
  });
  const changed = before.flatMap(([role, old]) =>
    differences(old, digest(inputs[role])).map((file) => `${file} of its input '${role}'`),
  );
  return {
    ...result,
    undeclared,
    bytes: digest(result.output),
    changed: JSON.stringify(params) === JSON.stringify(fixture.params) ? changed : [...changed, 'its parameters'],
  };
}

async function run(
  stage: AnyStage,
  { params, inputs, places }: Fixture,
  more: Partial<MemoryRun> = {},
  sizes = USUAL,
): Promise<MemoryResult> {
  return runInMemory(stage, { params, inputs: await inputs(sizes), ...(places ? { places } : {}), ...more });
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function declared(stage: AnyStage, { params }: Fixture): void {
  demand(/^[a-z][a-z0-9-]*$/.test(stage.id), `its id must be lower-case words joined by -, got '${stage.id}'`);
  demand(stage.summary.length > 0 && !stage.summary.includes('\n'), 'its summary must be one line');
  for (const [name, constraint] of Object.entries(stage.params))
    demand((constraint as { doc: string }).doc?.length > 0, `parameter ${name} must have a doc`);
  const { problems } = check(stage.params, params);
  demand(
    problems === undefined,
    `it must accept the fixture's parameters: ${problems?.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
  );
}

function soundness({ output, progress }: Observed): void {
  sound(output);
  demand(progress.length > 0, 'it must report progress at least once');
  for (const { done, total, unit } of progress)
    demand(
      done >= 0 && done <= total && total > 0 && unit.length > 0,
      `progress must be within 0 and its total and have a unit, got ${done} of ${total} '${unit}'`,
    );
}

/** @param absent whether a split has no rows: figures of it are NaN, null in JSON */
function sound(output: MemoryArtifact, absent = false): void {
  const faults = [...misshapen(output.kind, output.sketch()), ...notNumbers(output, absent)];
  demand(faults.length === 0, faults.join('\n'));
}

async function determinism(stage: AnyStage, fixture: Fixture, { bytes }: Observed): Promise<void> {
  const changed = differences(bytes, digest((await run(stage, fixture, { workers: 2 })).output));
  if (changed.length === 0) return;
  const unsteady = differences(bytes, digest((await run(stage, fixture)).output));
  demand(unsteady.length === 0, `another run wrote other bytes to ${unsteady.join(', ')}`);
  demand(false, `with 2 workers it wrote other bytes to ${changed.join(', ')}`);
}

/** The usual run is the first, in which modules are loaded; another has threads, which load theirs. */
async function closedness(stage: AnyStage, fixture: Fixture, { undeclared }: Observed): Promise<void> {
  await run(stage, fixture, { workers: 2, undeclared });
  demand(
    undeclared.list.length === 0,
    `it must not use what it does not declare, but used ${undeclared.list.join('; ')}`,
  );
}

async function resumption(stage: AnyStage, fixture: Fixture, { bytes }: Observed): Promise<void> {
  const first = new MemoryCheckpoint();
  const changed = differences(bytes, digest((await run(stage, fixture, { checkpoint: first })).output));
  demand(changed.length === 0, `while it kept checkpoints it wrote other bytes to ${changed.join(', ')}`);
  demand(first.saved.length > 0, 'it must keep a checkpoint, but kept none');
  for (const [i, state] of first.saved.entries()) {
    const resumed = differences(
      bytes,
      digest((await run(stage, fixture, { checkpoint: new MemoryCheckpoint(state), workers: 2 })).output),
    );
    demand(
      resumed.length === 0,
      `from its checkpoint ${i + 1} of ${first.saved.length} it wrote other bytes to ${resumed.join(', ')}`,
    );
  }
}

async function checkpointless(stage: AnyStage, fixture: Fixture): Promise<void> {
  const checkpoint = new MemoryCheckpoint();
  await run(stage, fixture, { checkpoint });
  const kept = checkpoint.saved.length;
  demand(kept === 0, `it kept ${kept} checkpoints; what it is tried with must say so (checkpoints: true)`);
}

async function seeding(stage: AnyStage, fixture: Fixture, { bytes }: Observed): Promise<void> {
  const { value } = check(stage.params, fixture.params);
  const changed = differences(bytes, digest((await run(stage, fixture, { seed: 2 })).output));
  if (value && stage.seeded(value))
    return demand(changed.length > 0, 'it says that it draws random numbers, but another seed changed nothing');
  demand(
    changed.length === 0,
    `it says that it draws no random numbers, but another seed changed ${changed.join(', ')}`,
  );
}

function purity({ changed }: Observed): void {
  demand(changed.length === 0, `it changed ${changed.join(', ')}`);
}

async function stoppedBefore(stage: AnyStage, fixture: Fixture): Promise<void> {
  const error = await failure(run(stage, fixture, { signal: AbortSignal.abort() }));
  demand(
    error instanceof LayerwiseError && error.code === 'ABORTED',
    `it must fail with ABORTED, got ${describe(error)}`,
  );
}

async function stoppedWithin(stage: AnyStage, fixture: Fixture): Promise<void> {
  const stop = new AbortController();
  const error = await failure(run(stage, fixture, { signal: stop.signal, onProgress: () => stop.abort() }));
  demand(
    error === undefined || (error instanceof LayerwiseError && error.code === 'ABORTED'),
    `it must fail with ABORTED or finish, got ${describe(error)}`,
  );
}

async function oddSize(stage: AnyStage, fixture: Fixture, sizes: Sizes): Promise<void> {
  let output: MemoryArtifact;
  try {
    ({ output } = await run(stage, fixture, {}, sizes));
  } catch (error) {
    demand(
      error instanceof LayerwiseError && error.code !== 'ABORTED' && error.message.length > 0,
      `it must give a result or a LayerwiseError, got ${describe(error)}`,
    );
    return;
  }
  sound(output, sizes.validation === 0 || sizes.test === 0);
}

/** One value is broken at a time, in every way that the table of constraints rules out. */
function refusals(stage: AnyStage, { params: valid }: Fixture): void {
  const faults = negatives(stage.params, valid).flatMap(({ name, params, path, says }) => {
    const { problems = [] } = check(stage.params, params);
    const place = path.join('.');
    const isSaid = problems.some(
      (problem) => problem.path.join('.') === place && says.every((words) => problem.message.includes(words)),
    );
    const got = problems.map((problem) => `${problem.path.join('.')} ${problem.message}`).join('; ') || 'no problem';
    return isSaid
      ? []
      : [`${name}: it must refuse ${place || 'the parameters'} and say ${says.join(' … ')}, got ${got}`];
  });
  demand(faults.length === 0, faults.join('\n'));
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error ?? new Error('nothing was thrown'),
  );
}

function describe(error: unknown): string {
  if (error === undefined) return 'a result';
  return error instanceof LayerwiseError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
}
